-- F56: one event made 121 deliveries, because its target was ignored.
begin;
select plan(5);

create temporary table reader on commit drop as select a_user() as id, number from generate_series(1, 3) as number;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

select from reader, emit_notification_event('calendar.sync_failed', p_target_user_id => id) where number = 2;
select results_eq(
  'select distinct number from notification_deliveries inner join reader on reader.id = recipient_user_id', 'values (2)',
  'with a target only that user hears of it'
);
select is(
  (select count(distinct recipient_user_id) from notification_suppressions), 1::bigint, 'and only that user has reasons on record'
);
select from emit_notification_event('calendar.sync_failed', p_target_user_id => a_user());
select is((select count(*) from notification_deliveries), 1::bigint, 'a target that is not subscribed does not');
select is((select count(*) from notification_events), 2::bigint, 'the event is on record for all that');
select from emit_notification_event('calendar.sync_failed');
select is(
  (select count(distinct recipient_user_id) from notification_deliveries), 3::bigint, 'without a target every subscriber does'
);

select * from finish();
rollback;
