-- Events are a log: nobody changes or deletes one, whoever they are. A user who goes is forgotten by it, and its content
-- can be redacted.
begin;
select plan(21);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

alter table users add column if not exists email text;
update users set email = 'reader@example.com';
update user_notification_preferences set sms_enabled = true;
create temporary table event on commit drop as
select emit_notification_event(
  'calendar.sync_failed', p_actor_user_id => id, p_target_user_id => id, p_payload => '{"body": "private"}', p_metadata => '{"a": 1}'
) as id from reader;
grant select on event to herald_runner;

select throws_ok('update notification_events set ' || change, '42501', null, change || ' is refused')
from unnest(array[
  $$payload = '{}'$$, $$event_type = 'task.due_soon'$$, $$metadata = null$$, 'actor_user_id = null', 'target_user_id = null',
  $$created_at = now() - interval '1 day'$$, 'correlation_id = gen_random_uuid()', $$redacted_at = now()$$, $$idempotency_key = 'x'$$
]) as change;
select throws_ok('delete from notification_events', '42501', null, 'nor is it deleted');
select lives_ok('update notification_events set payload = payload', 'a change of nothing is none');
set local role herald_runner;
select throws_ok($$update public.notification_events set payload = '{}'$$, '42501', null, 'not by the runner''s role either');
reset role;

select ok(redact_notification_event(id), 'it can be redacted') from event;
select ok(not redact_notification_event(id), 'once') from event;
select results_eq(
  'select payload, metadata, redacted_at is not null, event_type from notification_events',
  $$values ('{}'::jsonb, null::jsonb, true, 'calendar.sync_failed')$$, 'that there was one stays'
);
select is_empty($$select from notification_deliveries where payload::text ~ 'private'$$, 'its notifications say nothing any more');
select is_empty(
  $$select from notification_deliveries where status = 'pending'$$, 'what had not gone out does not go'
);
select is((select count(*) from claim_sms('a sender')), 0::bigint, 'nor does its text');
select is((select count(*) from claim_notifications('{email}')), 0::bigint, 'nor its mail');
select lives_ok('delete from users where id = (select id from reader)', 'its user can be deleted');
delete from notification_events;
select is_empty('select from notification_events', 'and a redacted event, too');

select * from finish();
rollback;
