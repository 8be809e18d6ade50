-- F70: statistics were wrong for months. Here is a history, and here are its figures, worked out by hand.
begin;
select plan(28);

-- Zeros and no nulls where there is nothing.
select results_eq('select * from get_notification_overview_metrics()', 'values (0::bigint, 0::numeric, 0::numeric, 0::numeric)', 'an overview of nothing');
select results_eq(
  'select channel, total_sent, sent, delivered, opened, clicked, failed, success_rate, delivery_rate, open_rate, click_rate, avg_delivery_time_ms from get_notification_channel_performance()',
  $$select channel, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric
    from unnest(array['in_app', 'email', 'push', 'sms']) as channel$$, 'four channels without anything'
);
select is((select count(*) from get_notification_delivery_timeline('7 days', 'day')), 8::bigint, 'a timeline has its days all the same');
select is((select sum(sent + delivered + opened + clicked + failed) from get_notification_delivery_timeline()), 0::numeric, 'with zeros');
select is_empty('select * from get_notification_event_performance()', 'no events, no rows');
select is_empty('select * from get_notification_failed_deliveries()', 'no failures');
select is_empty('select * from get_notification_active_subscriptions()', 'no subscriptions');

alter table users add column if not exists email text, add column if not exists name text;
create temporary table reader on commit drop as select a_user() as id, who from unnest(array['Ada', 'Bob']) as who;
update users set email = lower(who) || '@example.com', name = who from reader where reader.id = users.id;
delete from notification_subscriptions;
insert into notification_subscriptions (user_id, event_type, is_active)
select id, kind, not (who = 'Bob' and kind = 'user.signup') from reader, unnest(array['task.due_soon', 'calendar.sync_failed', 'user.signup']) as kind;
update user_notification_preferences set sms_enabled = true from reader where user_id = reader.id and who = 'Ada' and event_type = 'task.due_soon';
update user_notification_preferences set push_enabled = false from reader where user_id = reader.id and who = 'Bob';

create temporary table event on commit drop as
select gen_random_uuid() as id, number, case when number < 3 then 'calendar.sync_failed' else 'task.due_soon' end as kind from generate_series(1, 3) as number;
insert into notification_events (id, event_type, event_source) select id, kind, 'api_action' from event;
-- channel, who, event, minutes ago: written, sent, delivered, opened, clicked, and how it ended otherwise
create temporary table history (channel text, who text, event integer, written integer, sent integer, delivered integer, opened integer, clicked integer, ended text) on commit drop;
insert into history values
  ('email', 'Ada', 1, 100, 98, null, null, null, null), ('email', 'Bob', 1, 100, null, null, null, null, 'failed'), ('email', 'Ada', 2, 90, 89, null, 80, null, null),
  ('email', 'Bob', 2, 90, 88, null, null, null, 'bounced'), ('email', 'Ada', 3, 60, null, null, null, null, 'suppressed'),
  ('push', 'Ada', 1, 100, 99, null, null, null, null), ('push', 'Bob', 3, 60, null, null, null, null, null),
  ('sms', 'Ada', 1, 100, 98, 96, null, 50, null), ('sms', 'Ada', 3, 60, 59, 57, null, null, null), ('sms', 'Bob', 3, 60, 58, null, null, null, 'failed'),
  ('email', 'Bob', 3, 20000, 19999, null, null, 19990, null);
insert into notification_deliveries (id, event_id, recipient_user_id, channel, created_at, scheduled_for)
select gen_random_uuid(), event.id, reader.id, channel, now() - make_interval(mins => written), now() - make_interval(mins => written)
from history inner join event on number = history.event inner join reader using (who);
update notification_deliveries as delivery
set
  sent_at = now() - make_interval(mins => sent), delivered_at = now() - make_interval(mins => delivered), opened_at = now() - make_interval(mins => opened),
  clicked_at = now() - make_interval(mins => clicked), suppressed_reason = case when ended = 'suppressed' then 'switched_off: by hand' end,
  failed_at = case when ended in ('failed', 'suppressed') then now() - interval '40 minutes' end,
  bounced_at = case when ended = 'bounced' then now() - interval '30 minutes' end,
  last_error = ended, attempts = 1,
  status = case
    when ended = 'suppressed' then 'failed' when ended is not null then ended when clicked is not null then 'clicked' when opened is not null then 'opened'
    when delivered is not null then 'delivered' when sent is not null then 'sent' else 'pending'
  end
from history inner join event on number = history.event inner join reader using (who)
where delivery.event_id = event.id and delivery.recipient_user_id = reader.id and delivery.channel = history.channel
  and delivery.created_at = now() - make_interval(mins => written);

-- Went: mails 98, 89, 88; push 99; texts 98, 59, 58. Of those a mail bounced and a text failed, and one mail never went.
select results_eq(
  $$select * from get_notification_overview_metrics('1 day')$$, 'values (7::bigint, 62.50::numeric, 28.57::numeric, 14.29::numeric)',
  'of eight that went or failed five did well; two of seven were opened and one clicked'
);
select results_eq(
  $$select * from get_notification_overview_metrics('20 days')$$, 'values (8::bigint, 66.67::numeric, 37.50::numeric, 25.00::numeric)', 'a longer span has more'
);
select results_eq(
  $$select * from get_notification_overview_metrics('7 days', '10 days')$$, 'values (1::bigint, 100.00::numeric, 100.00::numeric, 100.00::numeric)', 'so has an earlier one'
);
select results_eq(
  $$select * from get_notification_channel_performance('1 day')$$,
  $$values
    ('in_app', 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::numeric),
    ('email', 4, 3, 1, 1, 0, 2, 50.00, 33.33, 33.33, 0, 600000.00),
    ('push', 1, 1, 0, 0, 0, 0, 100.00, 0, 0, 0, 0),
    ('sms', 3, 3, 2, 1, 1, 1, 66.67, 66.67, 33.33, 33.33, 210000.00)$$,
  'each channel by itself'
);
select is(
  (select array[sum(sent), sum(delivered), sum(opened), sum(clicked), sum(failed)] from get_notification_delivery_timeline('1 day', 'hour')),
  array[7, 3, 2, 1, 3]::numeric[], 'the timeline adds up to the same'
);
select results_eq(
  $$select sent, clicked from get_notification_delivery_timeline('1 hour', 'hour') where time_bucket = date_trunc('hour', now() - interval '50 minutes', 'UTC')$$,
  $$
  select count(*) filter (where sent is not null and date_trunc('hour', now() - make_interval(mins => sent), 'UTC') = date_trunc('hour', now() - interval '50 minutes', 'UTC')
      and date_trunc('hour', now() - interval '1 hour', 'UTC') <= now() - make_interval(mins => written)),
    count(*) filter (where clicked = 50 and date_trunc('hour', now() - interval '1 hour', 'UTC') <= now() - make_interval(mins => written))
  from history where ended is distinct from 'suppressed'
  $$, 'and counts each thing in its own hour'
);
select is((select count(*) from get_notification_delivery_timeline('30 days', 'week')), (select count(*) from generate_series(date_trunc('week', now() - interval '30 days', 'UTC'), now(), interval '7 days')), 'weeks');
select results_eq(
  $$select event_type, total_events, total_deliveries, unique_subscribers, avg_delivery_time_seconds, open_rate, click_rate from get_notification_event_performance('1 day')$$,
  $$values
    ('calendar.sync_failed', 2::bigint, 6::bigint, 2::bigint, 420.00::numeric, 40.00::numeric, 20.00::numeric),
    ('task.due_soon', 1, 3, 2, 180.00, 0, 0)$$, 'each type of event'
);
select results_eq(
  $$select channel, recipient_email, last_error, attempts, max_attempts, event_type from get_notification_failed_deliveries('1 day') order by failed_at desc, channel$$,
  $$values
    ('email', 'bob@example.com', 'bounced', 1, 3, 'calendar.sync_failed'), ('email', 'bob@example.com', 'failed', 1, 3, 'calendar.sync_failed'),
    ('sms', 'bob@example.com', 'failed', 1, 3, 'task.due_soon')$$, 'three failures, and what was suppressed is none'
);
select is((select count(*) from get_notification_failed_deliveries('1 day', 1)), 1::bigint, 'as many as asked for');
select results_eq(
  $$select name, email, subscribed_events, push_enabled, email_enabled, sms_enabled, in_app_enabled, last_notification_sent from get_notification_active_subscriptions() order by name$$,
  $$values
    ('Ada', 'ada@example.com', array['calendar.sync_failed', 'task.due_soon', 'user.signup'], true, true, true, true, now() - interval '59 minutes'),
    ('Bob', 'bob@example.com', array['calendar.sync_failed', 'task.due_soon'], false, true, false, true, now() - interval '58 minutes')$$, 'who is subscribed to what'
);
select throws_ok(call, '22023', null, call)
from unnest(array[
  $$select get_notification_overview_metrics('soon')$$, $$select get_notification_overview_metrics('1 day', '-1 day')$$, $$select get_notification_channel_performance('-1 day')$$,
  $$select get_notification_delivery_timeline('1 day', 'minute')$$, $$select get_notification_delivery_timeline('99 years', 'hour')$$,
  $$select get_notification_failed_deliveries('1 day', 0)$$
]) as call;

-- A mail that waited for days failed today; whoever has two addresses is one.
update notification_deliveries set status = 'failed', failed_at = now() - interval '5 minutes', last_error = 'at last'
where status = 'pending' and channel = 'push';
update notification_deliveries set created_at = now() - interval '9 days' where last_error = 'at last';
select is(
  (select (last_error, failed_at = now() - interval '5 minutes')::text from get_notification_failed_deliveries('1 hour', 1)), '("at last",t)', 'what failed in the last hour, whenever it was written'
);
select is_empty(
  $$select from get_notification_failed_deliveries('20 minutes') where failed_at < now() - interval '20 minutes'$$, 'and not what failed before'
);
create or replace function herald.user_contacts(p_user_ids uuid[]) returns table (user_id uuid, email text, name text)
language sql stable security definer set search_path = '' as $$
  select users.id, address, users.name from public.users, unnest(array['a@example.com', 'b@example.com']) as address where users.id = any (p_user_ids)
$$;
select is_empty(
  'select delivery_id from get_notification_failed_deliveries() group by delivery_id having count(*) > 1', 'two addresses do not make a failure two'
);
select is_empty(
  'select user_id from get_notification_active_subscriptions() group by user_id having count(*) > 1', 'nor a subscriber'
);

select * from finish();
rollback;
