-- What was counted stays counted: an erasure, and the end of all keeping, take out whose it was and what it said, and
-- change no figure but those about who can be reached now.
begin;
select plan(10);
set local timezone = 'UTC';
update herald.settings set price_per_segment = 0.01;

create temporary table who on commit drop as select a_user_with_phone('+12025550141') as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from who;
-- The legal way, with the instants of the story.
create function pg_temp.a_story(p_body text, p_sent timestamptz, p_delivered timestamptz, p_failed timestamptz, p_cancelled timestamptz, p_reason text default null)
returns void language plpgsql as $$
declare v_id uuid;
begin
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
  select id, '+12025550141', p_body, 'scheduled', coalesce(p_sent, p_cancelled) from who
  returning id into v_id;
  if p_cancelled is not null then
    update sms_messages set status = 'cancelled', cancelled_at = p_cancelled, cancel_reason = p_reason where id = v_id;
    return;
  end if;
  update sms_messages set status = 'queued' where id = v_id;
  update sms_messages set status = 'sending' where id = v_id;
  update sms_messages set status = 'sent', sent_at = p_sent, twilio_sid = 'SM' || v_id where id = v_id;
  perform record_twilio_status(null, 'SM' || v_id, 'sent', null, '{"From": "+12025550141", "Price": "0.0075"}', p_sent);
  if p_delivered is not null then update sms_messages set status = 'delivered', delivered_at = p_delivered where id = v_id; end if;
  if p_failed is not null then update sms_messages set status = 'undelivered', failed_at = p_failed where id = v_id; end if;
end $$;
select from pg_temp.a_story('one', '2025-03-01 10:00+00', '2025-03-01 10:00:02+00', null, null);
select from pg_temp.a_story(repeat('x', 200), '2025-03-01 11:00+00', '2025-03-01 11:00:04+00', null, null);
select from pg_temp.a_story('lost', '2025-03-01 12:00+00', null, '2025-03-01 12:01+00', null);
select from pg_temp.a_story('quiet', null, null, null, '2025-03-02 09:00+00', 'quiet_hours: until 08:00 Europe/Berlin');
select from pg_temp.a_story('limit', null, null, null, '2025-03-02 09:30+00', 'limits: 10 of 10');
select from pg_temp.a_story('no', null, null, null, '2025-03-02 09:30+00', 'she called and asked for it');
update user_sms_preferences set opted_out = true, opted_out_at = '2025-03-02 10:00+00', opt_out_reason = 'she asked for it';

create temporary table event on commit drop as
select emit_notification_event('calendar.sync_failed', p_target_user_id => id, p_payload => '{"title": "Out of date"}') as id from who;
-- One of an application that writes them itself.
insert into notification_deliveries (recipient_user_id, channel, payload) select id, 'in_app', '{"event_type": "brief.completed", "title": "hers"}' from who;
update notification_deliveries set status = 'opened', opened_at = delivered_at + interval '4 seconds' where channel = 'in_app';
select from notification_deliveries cross join lateral create_tracking_link(notification_deliveries.id, 'https://example.com/her') where channel = 'in_app';
select from notification_tracking_links cross join lateral record_link_click(short_code, 'a browser', 'GET', now() + interval '1 hour');

create function pg_temp.figures() returns table (name text, figures text) language sql as $$
  select 'texts by day', string_agg((metric_date, scheduled_count, sent_count, delivered_count, failed_count, cancelled_count, avg_delivery_time_ms,
      delivery_success_rate, sms_cost_usd, opt_out_count, quiet_hours_skip_count, daily_limit_hit_count, active_users)::text, ' ' order by metric_date)
  from get_sms_daily_metrics('2025-03-01', '2025-03-02')
  union all
  select 'events', string_agg((event_type, total_events, total_deliveries, unique_subscribers, open_rate, click_rate)::text, ' ') from get_notification_event_performance('1 day')
  union all
  select 'channels', string_agg((channel, total_sent, delivered, opened, clicked, failed)::text, ' ' order by channel) from get_notification_channel_performance('1 day')
  union all
  select 'overview', get_notification_overview_metrics::text from get_notification_overview_metrics('1 day')
  union all
  select 'kinds', string_agg(event_type, ' ' order by event_type) from herald.notification_facts('-infinity', 'infinity')
  union all
  select 'clicks', get_link_click_stats::text from get_link_click_stats()
  union all
  select 'reports', string_agg(twilio_status || times_received, ' ') from herald.sms_status_log
$$;
create temporary table told on commit drop as
values
  ('texts by day', '(2025-03-01,3,3,2,1,0,3000.00,66.67,0.04,0,0,0,1) (2025-03-02,3,0,0,0,3,0,0,0.00,1,1,1,0)'),
  ('events', '(calendar.sync_failed,1,1,1,100.00,100.00)'),
  ('channels', '(email,0,0,0,0,0) (in_app,2,2,2,2,0) (push,0,0,0,0,0) (sms,0,0,0,0,0)'),
  ('overview', '(2,100.00,100.00,100.00)'),
  ('kinds', 'brief.completed calendar.sync_failed'),
  ('clicks', '(2,2,2,100.00)'),
  ('reports', 'sent1 sent1 sent1');
select set_eq('select * from pg_temp.figures()', 'select * from told', 'this is what is counted');

-- All keeping is over.
savepoint kept;
update herald.retention set keep = '1 second';
select is(
  (select array_agg(policy || ' ' || erased order by policy) from apply_retention(p_now => now() + interval '4 days')),
  '{"consent 1","events 1","inbound_numbers 0","inbound_words 0","links 2","notifications 2","sms_numbers 6","sms_reports 3","sms_words 6",
    "suppressed_numbers 0"}',
  'everything is erased when it has been kept long enough'
);
select set_eq('select * from pg_temp.figures()', 'select * from told', 'and everything is counted as before');
select is_empty('select from apply_retention(p_now => now() + interval ''4 days'') where erased > 0 or has_more', 'a second time there is nothing to do');
rollback to kept;

select is((select remaining from who cross join lateral erase_user(id)), 0::bigint, 'the user is erased');
select set_eq('select * from pg_temp.figures()', 'select * from told', 'and everything is counted as before');
select is_empty(
  $$select from sms_messages where message_content <> '(erased)' or phone_number <> '(erased)' or cancel_reason ~ 'Berlin|she'$$, 'without words and numbers'
);
select is((select array_agg(segment_count order by segment_count) from sms_messages where sent_at is not null), '{1,1,2}', 'a text costs what it cost');
select is((select total_users_with_phone from get_sms_notification_stats()), 0::bigint, 'only who can be reached now has changed');
select is((select (erased, remaining)::text from who cross join lateral erase_user(id)), '(0,0)', 'a second time there is nothing to do');

select * from finish();
rollback;
