-- Figures from the texts' own timestamps: a fixture, and its exact numbers (F70, F110).
begin;
select plan(10);

update herald.settings set price_per_segment = 0.01;
create temporary table who on commit drop as
select tests.a_user_with_phone('+12025550163') as first, tests.a_user_with_phone('+12025550164') as second, tests.a_user_with_phone('+12025550165') as third;
update user_sms_preferences set opted_out = true, opted_out_at = '2025-03-02 10:00+00' where user_id = (select third from who);
update user_sms_preferences set phone_verified = false where user_id = (select second from who);

-- The legal way, with the instants of the story.
create function pg_temp.a_story(p_user uuid, p_body text, p_sent timestamptz, p_delivered timestamptz, p_failed timestamptz, p_cancelled timestamptz, p_reason text default null)
returns void language plpgsql as $$
declare v_id uuid;
begin
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
  values (p_user, '+12025550163', p_body, 'scheduled', coalesce(p_sent, p_cancelled)) returning id into v_id;
  if p_cancelled is not null then
    update sms_messages set status = 'cancelled', cancelled_at = p_cancelled, cancel_reason = p_reason where id = v_id;
    return;
  end if;
  update sms_messages set status = 'queued' where id = v_id;
  update sms_messages set status = 'sending' where id = v_id;
  update sms_messages set status = 'sent', sent_at = p_sent where id = v_id;
  if p_delivered is not null then update sms_messages set status = 'delivered', delivered_at = p_delivered where id = v_id; end if;
  if p_failed is not null then update sms_messages set status = 'undelivered', failed_at = p_failed where id = v_id; end if;
end $$;
select from pg_temp.a_story((select first from who), 'one', '2025-03-01 10:00+00', '2025-03-01 10:00:02+00', null, null);
select from pg_temp.a_story((select first from who), repeat('x', 200), '2025-03-01 11:00+00', '2025-03-01 11:00:04+00', null, null);
select from pg_temp.a_story((select second from who), 'lost', '2025-03-01 12:00+00', null, '2025-03-01 12:01+00', null);
select from pg_temp.a_story((select second from who), 'past midnight', '2025-03-01 23:59:59+00', '2025-03-02 00:00:01+00', null, null);
select from pg_temp.a_story((select first from who), 'quiet', null, null, null, '2025-03-02 09:00+00', 'quiet_hours: until 08:00');
select from pg_temp.a_story((select first from who), 'limit', null, null, null, '2025-03-02 09:30+00', 'limits: 10 of 10');

select is(
  (select array_agg((metric_date, scheduled_count, sent_count, delivered_count, failed_count, cancelled_count)::text order by metric_date)
    from get_sms_daily_metrics('2025-02-28', '2025-03-02')),
  array['(2025-02-28,0,0,0,0,0)', '(2025-03-01,4,4,2,1,0)', '(2025-03-02,2,0,1,0,2)'], 'each day has a row, also the one without texts'
);
select is(
  (select (avg_delivery_time_ms, delivery_success_rate, sms_cost_usd, active_users)::text from get_sms_daily_metrics('2025-03-01', '2025-03-01')),
  '(3000.00,50.00,0.05,2)', 'times, rates, costs of five segments, users'
);
select is(
  (select (opt_out_count, quiet_hours_skip_count, daily_limit_hit_count, delivery_success_rate, sms_cost_usd)::text from get_sms_daily_metrics('2025-03-02', '2025-03-02')),
  '(1,1,1,0,0.00)', 'opt-outs and what the rules stopped; no rate where nothing was sent'
);
select is_empty(
  $$select 1 from get_sms_daily_metrics('2025-02-27', '2025-03-03') as m, jsonb_each(to_jsonb(m)) where value = 'null'$$, 'no figure is null'
);
select is(
  (select (count(*), sum(sent_count), sum(delivered_count), min(metric_date), max(metric_date))::text from get_user_sms_metrics((select first from who), 7)),
  format('(7,0,0,%s,%s)', (now() at time zone 'UTC')::date - 6, (now() at time zone 'UTC')::date), 'a user''s days end today'
);
select lives_ok($$select pg_temp.a_story((select first from who), 'today', now(), now() + interval '3 seconds', null, null)$$, 'today there is one');
select is(
  (select (sent_count, delivered_count, delivery_rate)::text from get_user_sms_metrics((select first from who), 1)), '(1,1,100.00)', 'and it is counted'
);
select is(
  (select (total_users_with_phone, users_phone_verified, users_sms_enabled, users_opted_out, phone_verification_rate, sms_adoption_rate, opt_out_rate)::text
    from get_sms_notification_stats()),
  '(3,2,1,1,66.67,33.33,33.33)', 'users and their shares'
);
select is(
  (select (total_sms_sent_24h, sms_delivery_rate_24h, avg_sms_delivery_time_seconds)::text from get_sms_notification_stats('1 hour')), '(1,100.00,3.00)',
  'texts of the interval'
);
delete from users;
select is((select to_jsonb(s)::text ~ 'null' from get_sms_notification_stats() as s), false, 'where there is nothing there are zeros');

select * from finish();
rollback;
