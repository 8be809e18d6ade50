-- Whoever is erased gets nothing more: what waits is cancelled, what is being sent ends by the rules and is erased then, and
-- what is asked for afterwards does not pass the gates.
begin;
select plan(22);

create temporary table who on commit drop as select a_user_with_phone('+12025550131') as id;
alter table users add column if not exists email text;
update users set email = 'reader@example.com';
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from who;
update user_notification_preferences set sms_enabled = true;
create temporary table message (what text, id uuid) on commit drop;
insert into message
select what, queue_sms_message(id, null, what, p_scheduled_for => at, p_recurrence_pattern => rule)
from who
cross join (
  values
    ('in doubt', null::timestamptz, null), ('comes back', null, null), ('waits', '2040-05-01 12:00+00', null),
    ('goes daily', '2040-05-01 12:00+00', 'FREQ=DAILY')
) as given (what, at, rule);
-- Two are being sent when the erasure comes.
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 second');
insert into message select 'is queued', queue_sms_message(id, null, 'is queued') from who;
select from emit_notification_event('calendar.sync_failed', p_target_user_id => (select id from who), p_payload => '{"title": "Out of date"}');
select from who cross join lateral add_queue_job(id, 'other', '{"name": "the name"}');
select is((select count(*) from claim), 2::bigint, 'two texts are being sent');

create temporary table erasure on commit drop as select * from who cross join lateral erase_user(id);
select is(
  (select (remaining, in_flight)::text from erasure), '(4,4)', 'these and their jobs are left, and nothing else'
);
select is(
  (select array_agg(what order by what) from message inner join sms_messages using (id) where status = 'cancelled'),
  '{"goes daily","is queued",waits}', 'what waits is cancelled'
);
select is_empty(
  $$select from sms_messages where status = 'cancelled' and (message_content <> '(erased)' or phone_number <> '(erased)')$$, 'and erased'
);
select is(
  (select array_agg(distinct cancel_reason) from sms_messages where status = 'cancelled'), '{"erased: (erased)"}', 'with the reason'
);
select is_empty($$select from notification_deliveries where status = 'pending'$$, 'so are notifications');
select results_eq(
  $$select status::text, metadata from queue_jobs where job_type = 'other'$$, $$values ('cancelled', '{}'::jsonb)$$, 'and jobs of other types'
);
select is_empty(
  $$select from claim_sms('a sender', p_now => now() + interval '1 day') union all select from claim_notifications('{email, push}', p_now => now() + interval '1 day')$$,
  'nothing is handed out'
);
select is(
  (select array_agg(message_content order by message_content) from sms_messages where status = 'sending'), '{"comes back","in doubt"}',
  'what is being sent keeps what it is found by'
);

-- One certainly did not go, and would be tried again; of the other nothing is known.
select from record_sms_results(
  (
    select jsonb_agg(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status',
      case when message_id = (select id from message where what = 'comes back') then 429 else 500 end
    ))
    from claim
  )
);
select is((select status::text from sms_messages where message_content = 'comes back'), 'queued', 'one comes back');
savepoint claimed;
select is_empty($$select from claim_sms('a sender', p_now => now() + interval '1 minute')$$, 'a claim that is faster than a tick does not get it');
select is(
  (select (status, cancel_reason)::text from sms_messages where message_content = 'comes back'), '(cancelled,"verified: the user has no number")',
  'for the number is nobody''s'
);
rollback to claimed;
select is((tick(now() + interval '1 second') ->> 'users_erased')::integer, 2, 'the next tick goes on');
select is(
  (select (status, message_content)::text from message inner join sms_messages using (id) where what = 'comes back'), '(cancelled,"(erased)")', 'cancels and erases it'
);
select is((select finished_at from herald.erasures), null, 'and the erasure is not over');
select is((select message_content from sms_messages where status = 'sending'), 'in doubt', 'since one text is in doubt');

select from message cross join lateral resolve_sms_in_doubt(id, false) where what = 'in doubt';
select from tick(now() + interval '2 seconds');
select is(
  (select (status, message_content)::text from message inner join sms_messages using (id) where what = 'in doubt'), '(cancelled,"(erased)")',
  'once it is settled, it goes the same way'
);
select is((select (finished_at is not null, number_hashes)::text from herald.erasures), '(t,{})', 'and the erasure is over');
select is((select count(*) from herald.erasure_rows), 0::bigint, 'with nothing left on its list');

select is_empty('select from notification_subscriptions where is_active', 'subscriptions are switched off');
create temporary table later on commit drop as select queue_sms_message(id, '+12025550131', 'hello again') as id from who;
select is((select status::text from sms_messages inner join later using (id)), 'cancelled', 'a text that is queued afterwards does not go');
select from emit_notification_event('calendar.sync_failed', p_target_user_id => (select id from who));
select is_empty($$select from notification_deliveries where erased_at is null$$, 'nor is anything told');

select * from finish();
rollback;
