-- F70 and F110, day by day: a fixture and its figures, worked out by hand. No rate is a sum or an average of rates, and
-- what has no instant makes no row.
begin;
select plan(12);

update herald.settings set price_per_segment = 0.02;
create temporary table who on commit drop as select tests.a_user_with_phone('+12025550163') as id;
create temporary table story (
  body text, created timestamptz, sent timestamptz, delivered timestamptz, failed timestamptz, cancelled timestamptz
) on commit drop;
insert into story values
  ('one', '2025-03-01 08:00+00', '2025-03-01 10:00+00', '2025-03-01 10:00:02+00', null, null),
  (repeat('x', 200), '2025-03-01 08:00+00', '2025-03-01 11:00+00', '2025-03-02 00:00:04+00', null, null),
  ('lost', '2025-03-01 08:00+00', '2025-03-01 12:00+00', null, '2025-03-03 12:01+00', null),
  ('no report', '2025-02-28 08:00+00', '2025-03-01 23:59:59+00', null, null, null),
  ('next day', '2025-02-28 08:00+00', '2025-03-02 00:00+00', '2025-03-02 00:00:01+00', null, null),
  ('quiet', '2025-03-02 08:00+00', null, null, null, '2025-03-02 09:00+00');
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, created_at)
select id, '+12025550163', body, 'scheduled', '2040-01-01', created from who, story;
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, created_at, recurrence_pattern)
select id, '+12025550163', 'series', 'scheduled', '2040-01-01', '2025-03-01 08:00+00', 'FREQ=DAILY' from who;
update sms_messages set status = 'cancelled', cancelled_at = cancelled from story where body = message_content and cancelled is not null;
update sms_messages set status = 'queued' from story where body = message_content and sent is not null;
update sms_messages set status = 'sending' from story where body = message_content and sent is not null;
update sms_messages set status = 'sent', sent_at = sent from story where body = message_content and sent is not null;
update sms_messages set status = 'delivered', delivered_at = delivered from story where body = message_content and delivered is not null;
update sms_messages set status = 'undelivered', failed_at = failed from story where body = message_content and failed is not null;

select results_eq(
  'select day, requested, sent, delivered, failed, cancelled from daily_sms_volume order by day',
  $$values
    ('2025-02-28'::date, 2::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint), ('2025-03-01', 3, 4, 1, 0, 0),
    ('2025-03-02', 1, 1, 2, 0, 1), ('2025-03-03', 0, 0, 0, 1, 0)$$,
  'volume: each instant counts on its own day'
);
select results_eq(
  'select day, sent, delivered, undelivered, unreported, delivery_rate, segments, cost_usd from daily_sms_deliveries order by day',
  $$values
    ('2025-03-01'::date, 4::bigint, 2::bigint, 1::bigint, 1::bigint, 50.00, 5::bigint, 0.10),
    ('2025-03-02', 1, 1, 0, 0, 100.00, 1, 0.02)$$,
  'deliveries: a rate is of the texts of its day, also where the report came on the next'
);
select is(
  (select round(100.0 * sum(delivered) / sum(sent), 2) from daily_sms_deliveries), 60.00, 'and of several days it is a rate of sums'
);
select is((select count(*) from daily_sms_volume where day is null), 0::bigint, 'what has not happened makes no row');

insert into herald.consent_log (number_hash, user_id, change, source, recorded_at)
select herald.number_hash(number), null, change, 'inbound', at::timestamptz
from (values
  ('+12025550170', 'opted_out', '2025-03-01 23:59:59+00'), ('+12025550171', 'opted_out', '2025-03-02 00:00+00'),
  ('+12025550171', 'opted_in', '2025-03-02 01:00+00'), ('+12025550172', 'opted_out', '2025-03-02 02:00+00')
) as told (number, change, at);
-- The same number of two users; and one who has none.
insert into herald.consent_log (number_hash, user_id, change, source, recorded_at)
select number_hash, gen_random_uuid(), change, source, recorded_at from herald.consent_log where recorded_at = '2025-03-02 02:00+00';
insert into herald.consent_log (user_id, change, source, recorded_at) values (gen_random_uuid(), 'opted_out', 'user', '2025-03-02 03:00+00');
select results_eq(
  'select day, opt_outs, opt_ins from daily_opt_outs order by day',
  $$values ('2025-03-01'::date, 1::bigint, 0::bigint), ('2025-03-02', 3, 1)$$, 'opt-outs: a number is one, however many have it'
);
select results_eq(
  $$select metric_date, opt_out_count from get_sms_daily_metrics('2025-02-28', '2025-03-02')$$,
  $$values ('2025-02-28'::date, 0), ('2025-03-01', 1), ('2025-03-02', 3)$$, 'and the daily metrics say the same'
);
update user_sms_preferences set opted_out = true, opted_out_at = '2025-03-03 10:00+00' where user_id = (select id from who);
update user_sms_preferences set opted_out = false, opted_out_at = null where user_id = (select id from who);
select is((select opt_outs from daily_opt_outs where day = '2025-03-03'), 1::bigint, 'who came back later has opted out all the same');

insert into notification_tracking_links (short_code, message_id, destination_url, created_at, click_count)
select code, id, 'https://example.com/' || code, at::timestamptz, clicks
from (select id from sms_messages limit 1) as one, (values
  ('aaaaa1', '2025-03-01 10:00+00', 0), ('aaaaa2', '2025-03-01 10:00+00', 3), ('aaaaa3', '2025-03-01 10:00+00', null),
  ('aaaaa4', '2025-03-02 10:00+00', 1), ('aaaaa5', null, 7)
) as made (code, at, clicks);
select results_eq(
  'select day, links, clicked, clicks, click_rate from daily_link_clicks order by day',
  $$values ('2025-03-01'::date, 3::bigint, 1::bigint, 3::bigint, 33.33), ('2025-03-02', 1, 1, 1, 100.00)$$, 'links: nulls are zeros, and make no row'
);

-- A month costs what a month holds.
set local enable_seqscan = off;
create function pg_temp.plan_of(p_query text) returns text language plpgsql as $$
declare v_line text; v_plan text := '';
begin
  for v_line in execute 'explain ' || p_query loop v_plan := v_plan || v_line || e'\n'; end loop;
  return v_plan;
end $$;
select is(
  (select count(*) from regexp_matches(pg_temp.plan_of($$select * from daily_sms_volume where day >= '2025-03-01'$$), 'sms_messages_days_idx', 'g')),
  5::bigint, 'the volume of some days is found by their index'
);
select matches(pg_temp.plan_of($$select * from daily_sms_deliveries where day >= '2025-03-01'$$), 'sms_messages_days_idx', 'so are deliveries');
select matches(pg_temp.plan_of($$select * from daily_opt_outs where day >= '2025-03-01'$$), 'consent_log_day_idx', 'so are opt-outs');
select matches(
  pg_temp.plan_of($$select * from daily_link_clicks where day >= '2025-03-01'$$), 'notification_tracking_links_day_idx', 'so are links'
);

select * from finish();
rollback;
