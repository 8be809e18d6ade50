-- A text that a gate says no to is recorded as cancelled with its reason; it does not raise in the caller's transaction.
begin;
select plan(11);

create function pg_temp.queued(p_what text, p_phone_number text default null, p_change text default null) returns text
language plpgsql as $$
declare
  v_user_id constant uuid := a_user_with_phone();
  v_id uuid;
  v_said text;
begin
  if p_change is not null then
    execute 'update user_sms_preferences set ' || p_change || ' where user_id = ''' || v_user_id || '''';
  end if;
  if p_what = 'suppressed' then
    perform herald.suppress_number(phone_of(v_user_id), 'STOP', 'inbound', '2030-05-01 12:00:00+00');
  end if;
  v_id := queue_sms_message(v_user_id, coalesce(p_phone_number, phone_of(v_user_id)), p_what);
  select status || ' ' || coalesce(cancel_reason, '-') into v_said from sms_messages where id = v_id;
  return v_said;
end;
$$;

select is(pg_temp.queued('may go'), 'queued -', 'a text that may go is queued');
select is(
  pg_temp.queued('opted out', p_change => $$opted_out = true, opt_out_reason = 'STOP', opted_out_at = '2030-05-01 12:00:00+00'$$),
  'cancelled not_opted_out: the user opted out at 2030-05-01 12:00:00 UTC: STOP', 'a user who has opted out'
);
select is(
  pg_temp.queued('suppressed'), 'cancelled not_suppressed: the number is suppressed since 2030-05-01 12:00:00 UTC: STOP',
  'a number that is suppressed'
);
select is(
  pg_temp.queued('unverified', p_change => 'phone_verified = false'), 'cancelled verified: the user''s number is not verified',
  'a number that is not verified'
);
select is(
  pg_temp.queued('foreign', '+12025550199'), 'cancelled verified: the number is not the user''s number', 'somebody else''s number'
);
select is(
  pg_temp.queued('gone', '+12025550199', 'phone_number = null'), 'cancelled verified: the user has no number',
  'a user without a number'
);
create temporary table stranger on commit drop as select queue_sms_message(a_user(), '+12025550199', 'stranger') as id;
select is(
  (select cancel_reason from sms_messages inner join stranger using (id)),
  'verified: the user has no SMS preferences, so no verified number', 'a user without preferences'
);
create temporary table late on commit drop as
select queue_sms_message(user_id, phone_number, 'late', p_scheduled_for => now() - interval '20 hours', p_category => 'task_reminder') as id
from user_sms_preferences
where phone_verified and not opted_out
limit 1;
select matches(
  (select cancel_reason from sms_messages inner join late using (id)), '^not_expired: it expired at ', 'a text that comes too late'
);
select is((select count(*) from sms_messages where status = 'cancelled' and cancelled_at = now()), 7::bigint, 'each has the time of its end');
select is((select count(*) from queue_jobs), 1::bigint, 'none of them has a job');
select is(
  (select array_agg(message_content) from claim_sms('a sender', p_now => now() + interval '1 second')), '{may go}',
  'and none of them goes'
);

select * from finish();
rollback;
