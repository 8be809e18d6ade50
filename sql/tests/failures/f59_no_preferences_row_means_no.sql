-- F59: the meaning of "no preferences row" flipped four times. One function decides, and it means no.
begin;
select plan(3);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

delete from user_notification_preferences;
select from emit_notification_event('calendar.sync_failed');
select is((select count(*) from notification_deliveries), 0::bigint, 'without preferences nothing goes');
select results_eq(
  'select channel, split_part(reason, $$:$$, 1) from notification_suppressions order by 1',
  $$values ('email', 'no_preferences'), ('in_app', 'no_preferences'), ('push', 'no_preferences'), ('sms', 'no_preferences')$$,
  'and that is on record for each channel'
);
insert into user_notification_preferences (user_id, event_type) select id, 'calendar.sync_failed' from reader;
select from emit_notification_event('calendar.sync_failed');
select is((select count(*) from notification_deliveries where channel = 'in_app'), 1::bigint, 'with preferences it does');

select * from finish();
rollback;
