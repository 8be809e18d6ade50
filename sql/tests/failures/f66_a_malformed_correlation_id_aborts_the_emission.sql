-- F66: a malformed correlation id aborted the emission. It is replaced; a good one goes wherever the event goes.
begin;
select plan(7);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

update user_notification_preferences set sms_enabled = true;
alter table users add column if not exists email text;
update users set email = 'reader@example.com' where id = (select id from reader);

select lives_ok(format('select emit_notification_event(%L, %s)', 'calendar.sync_failed', given), given || ' is taken')
from unnest(array[
  'p_correlation_id => ''nonsense''', 'p_correlation_id => ''''', $$p_metadata => '{"correlation_id": "nonsense"}'$$,
  $$p_metadata => '{"correlation_id": {"a": 1}}'$$
]) as given;
select is((select count(*) from notification_events where correlation_id is null), 0::bigint, 'there is one in any case');

create temporary table emitted on commit drop as
select emit_notification_event('calendar.sync_failed', p_correlation_id => '0190b0a0-1111-7111-8111-111111111111') as id;
create function pg_temp.is_carried(p_event_id uuid, p_correlation_id uuid) returns boolean language sql as $$
  select bool_and(each = p_correlation_id) and count(*) = 8
  from (
    select correlation_id from notification_events where id = p_event_id
    union all
    select correlation_id from notification_deliveries where event_id = p_event_id
    union all
    select message.correlation_id from sms_messages as message
    inner join notification_deliveries as delivery on delivery.id = message.notification_delivery_id
    where event_id = p_event_id
    union all
    select job.correlation_id from queue_jobs as job
    inner join notification_deliveries as delivery on delivery.queue_job_id = job.id
    where event_id = p_event_id
    union all
    select job.correlation_id from queue_jobs as job
    inner join sms_messages as message on message.queue_job_id = job.id
    inner join notification_deliveries as delivery on delivery.id = message.notification_delivery_id
    where event_id = p_event_id
    union all
    select claim.correlation_id from claim_notifications('{email}') as claim
    inner join notification_deliveries as delivery on delivery.id = claim.delivery_id
    where event_id = p_event_id
  ) as carried (each);
$$;
select ok(
  pg_temp.is_carried(id, '0190b0a0-1111-7111-8111-111111111111'), 'a good one is carried by event, deliveries, text, jobs and claim'
) from emitted;
select from emit_notification_event('calendar.sync_failed', p_metadata => '{"correlation_id": "0190b0a0-2222-7222-8222-222222222222"}');
select is(
  (select count(*) from notification_events where correlation_id = '0190b0a0-2222-7222-8222-222222222222'), 1::bigint,
  'one in the metadata is as good'
);

select * from finish();
rollback;
