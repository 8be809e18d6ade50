-- F110: averages were summed, and nulls made new rows. An average is of the messages, however they fall into days and
-- channels, and what has no day or no event makes no row.
begin;
select plan(7);

create temporary table told (event uuid, written timestamptz, took interval, is_opened boolean) on commit drop;
with event as (
  insert into notification_events (event_type, event_source) values ('calendar.sync_failed', 'api_action') returning id
)
-- One second the day before yesterday; three times five seconds yesterday.
insert into told
select id, at, took, is_opened
from event, (values
  (now() - interval '60 hours', interval '1 second', true), (now() - interval '30 hours', '5 seconds', false),
  (now() - interval '29 hours', '5 seconds', false), (now() - interval '28 hours', '5 seconds', false)
) as one (at, took, is_opened);
insert into notification_deliveries (event_id, recipient_user_id, channel, created_at)
select event, tests.a_user(), 'push', written from told;
update notification_deliveries as delivery
set status = 'delivered', sent_at = written, delivered_at = written + took, opened_at = case when is_opened then written + took end
from told where delivery.created_at = told.written;
-- Written by an application: of no event.
insert into notification_deliveries (recipient_user_id, channel, created_at) values (tests.a_user(), 'push', now() - interval '28 hours');

select results_eq(
  $$select avg_delivery_time_ms, delivery_rate, open_rate from get_notification_channel_performance() where channel = 'push'$$,
  'values (4000.00::numeric, 100.00::numeric, 25.00::numeric)', 'of four seconds, not of three nor of six, and one of four was opened'
);
select results_eq(
  'select avg_delivery_time_seconds, open_rate from get_notification_event_performance()', 'values (4.00::numeric, 25.00::numeric)',
  'so is its type of event, the only row'
);
select is((select avg_open_rate from get_notification_overview_metrics()), 25.00, 'and all together');

create temporary table text_of on commit drop as select tests.a_text('sent') as id, number from generate_series(1, 4) as number;
update sms_messages as message
set sent_at = case when number = 1 then '2025-03-01 10:00+00' else '2025-03-02 10:00+00' end::timestamptz
from text_of where message.id = text_of.id;
update sms_messages as message
set status = 'delivered', delivered_at = sent_at + case when number = 2 then interval '2 seconds' else '8 seconds' end
from text_of where message.id = text_of.id and number <> 1;
select results_eq(
  $$select metric_date, sent_count, avg_delivery_time_ms, delivery_success_rate from get_sms_daily_metrics('2025-03-01', '2025-03-02')$$,
  $$values ('2025-03-01'::date, 1, 0::numeric, 0::numeric), ('2025-03-02', 3, 6000.00, 100.00)$$, 'each day has one row and its own average'
);
select is((select round(100.0 * sum(delivered) / sum(sent), 2) from daily_sms_deliveries), 75.00, 'a rate of days is one of sums');
select is((select count(*) from daily_sms_deliveries where day is null) + (select count(*) from daily_sms_volume where day is null), 0::bigint, 'none is of no day');
select is(
  (select count(*) from get_sms_daily_metrics('2025-03-01', '2025-03-02')), 2::bigint, 'asked again there are no more of them'
);

select * from finish();
rollback;
