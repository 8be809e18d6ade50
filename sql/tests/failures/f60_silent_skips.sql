-- F60: subscribers were skipped in silence. For each of them and each channel there is a delivery, or a reason.
begin;
select plan(3);

alter table users add column if not exists email text;
create temporary table reader on commit drop as
select case when number % 3 = 0 then a_user() else a_user_with_phone() end as id, number from generate_series(1, 24) as number;
update users set email = 'reader@example.com' from reader where users.id = reader.id and number % 2 = 0;
update user_sms_preferences set opted_out = true from reader where user_id = reader.id and number % 5 = 0;
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key, is_active)
select id, 'https://push.example/' || number, 'key', 'secret', number % 8 > 0 from reader where number % 4 = 0;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update user_notification_preferences
set
  sms_enabled = number % 2 = 1, email_enabled = number % 7 > 0, in_app_enabled = number % 6 > 0, push_enabled = number % 9 > 0,
  max_per_day = case when number % 11 = 0 then 0 end
from reader
where user_id = reader.id and event_type = 'calendar.sync_failed';
delete from user_notification_preferences using reader where user_id = reader.id and number = 13;

select from emit_notification_event('calendar.sync_failed');
select is_empty(
  $$
  select number, channel, deliveries, suppressions
  from reader
  cross join unnest(array['in_app', 'email', 'push', 'sms']) as channel
  cross join lateral (
    select
      (select count(*) from notification_deliveries as d where d.recipient_user_id = reader.id and d.channel = channel.channel) as deliveries,
      (select count(*) from notification_suppressions as s where s.recipient_user_id = reader.id and s.channel = channel.channel) as suppressions
  ) as found
  where deliveries + suppressions <> 1
  $$, 'a delivery or a reason, and never both'
);
select is_empty('select from notification_suppressions where reason !~ $$^[a-z_]+: .+$$', 'each reason is a rule and what it found');
select cmp_ok((select count(distinct split_part(reason, ':', 1)) from notification_suppressions), '>=', 5::bigint, 'the rules are told apart');

select * from finish();
rollback;
