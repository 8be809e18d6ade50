-- F89: opt-out, verification and number were not looked at again at sending: a text went after STOP, because it was
-- already queued. What a gate blocks between queue and claim ends there, with the reason.
begin;
select plan(7);

create temporary table message (id uuid, what text) on commit drop;
insert into message
select a_queued_text(what), what
from unnest('{opted out, suppressed, number changed, verification lost, preferences gone, expired, still wanted}'::text[]) as what;
create function pg_temp.user_of(p_what text) returns uuid language sql
as $$select user_id from sms_messages where message_content = p_what$$;

update user_sms_preferences set opted_out = true, opt_out_reason = 'STOP' where user_id = pg_temp.user_of('opted out');
select herald.suppress_number(phone_number, 'STOP', 'inbound', now())
from user_sms_preferences
where user_id = pg_temp.user_of('suppressed');
update user_sms_preferences set phone_number = '+12025550199' where user_id = pg_temp.user_of('number changed');
update user_sms_preferences set phone_verified = false where user_id = pg_temp.user_of('verification lost');
delete from user_sms_preferences where user_id = pg_temp.user_of('preferences gone');
update sms_messages set expires_at = now() where message_content = 'expired';

select is(
  (select array_agg(message_content) from claim_sms('a sender', p_now => now() + interval '1 second')), '{still wanted}',
  'a claim hands out only what may still go'
);
select set_eq(
  $$
    select message_content || ': ' || split_part(cancel_reason, ':', 1)
    from sms_messages
    where status = 'cancelled'
  $$,
  array[
    'opted out: not_opted_out', 'suppressed: not_suppressed', 'number changed: verified', 'verification lost: verified',
    'preferences gone: verified', 'expired: not_expired'
  ],
  'the others are cancelled, each with the gate that stopped it'
);
select is(
  (select count(*) from sms_messages where status = 'cancelled' and cancel_reason ~ '^[a-z_]+: .+' and cancelled_at is not null),
  6::bigint, 'with evidence and time'
);
select is(
  (select count(*) from queue_jobs where status = 'cancelled' and error_message is not null and completed_at is not null),
  6::bigint, 'their jobs have ended, too'
);
select is((select count(*) from herald.sms_attempts), 1::bigint, 'no attempt was made for them');
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '2 seconds')$$, 'they do not come back'
);
select is(
  (select count(*) from sms_messages where cancel_reason ~ '\d{7}'), 0::bigint, 'no reason shows a number'
);

select * from finish();
rollback;
