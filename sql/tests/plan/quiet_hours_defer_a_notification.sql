-- In quiet hours mail, push and text wait for their end, each user in their own zone; in-app disturbs nobody. Urgent
-- passes if the user wants urgent alerts.
begin;
select plan(12);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

alter table users add column if not exists email text;
update users set email = 'reader@example.com' where id = (select id from reader);
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example/1', 'key', 'secret' from reader;
update user_notification_preferences
set sms_enabled = true, quiet_hours_enabled = true, quiet_hours_start = '22:00', quiet_hours_end = '07:00', timezone = 'America/New_York';
create function pg_temp.tell(p_at timestamptz) returns setof text language plpgsql as $$
declare
  v_id uuid := gen_random_uuid();
begin
  insert into notification_events (id, event_type, event_source) values (v_id, 'calendar.sync_failed', 'api_action');
  perform herald.deliver_notifications(array[v_id], array(select id from reader), null, p_at);
  return query
  select channel || ' ' || coalesce((scheduled_for at time zone 'UTC')::text, 'at once')
  from notification_deliveries where event_id = v_id order by 1;
end $$;

-- New York in summer is four hours behind: 22:00 there is 02:00 UTC, 07:00 is 11:00 UTC.
select results_eq(
  $$select pg_temp.tell('2030-07-02 02:00+00')$$,
  $$values ('email 2030-07-02 11:00:00'), ('in_app at once'), ('push 2030-07-02 11:00:00'), ('sms 2030-07-02 11:00:00')$$,
  'all but in-app wait for the morning'
);
select is((select scheduled_for from sms_messages), '2030-07-02 11:00+00'::timestamptz, 'the text is planned for it');
select is((select count(*) from queue_jobs), 0::bigint, 'no job waits all the night');
select is_empty($$select from claim_sms('a sender', p_now => '2030-07-02 10:59+00')$$, 'no text goes before it');
select from tick('2030-07-02 10:56+00');
select is_empty($$select from claim_notifications('{email, push}', p_now => '2030-07-02 10:59:59+00')$$, 'nor a mail');
select is((select count(*) from claim_notifications('{email, push}', p_now => '2030-07-02 11:00+00')), 2::bigint, 'then they go');
select is((select count(*) from claim_sms('a sender', p_now => '2030-07-02 11:00+00')), 1::bigint, 'and the text');

select results_eq(
  $$select pg_temp.tell('2030-07-02 01:59:59+00')$$, $$values ('email at once'), ('in_app at once'), ('push at once'), ('sms 2030-07-02 11:00:00')$$, 'before the window nothing waits but the text, which takes longer than that to arrive'
);
-- What could not go in time waits as well, when it is claimed.
select is_empty($$select from claim_notifications('{email, push}', p_now => '2030-07-02 02:00+00')$$, 'what is late is asked about again');
select is(
  (select distinct scheduled_for from queue_jobs where job_type = 'send_notification' and status = 'pending'), '2030-07-02 11:00+00'::timestamptz, 'and waits for the morning'
);

update user_notification_preferences set priority = 'urgent';
select results_eq(
  $$select pg_temp.tell('2030-07-03 02:00+00')$$, $$values ('email at once'), ('in_app at once'), ('push at once'), ('sms at once')$$, 'urgent passes'
);
update user_sms_preferences set urgent_alerts = false;
select is((select count(*) from pg_temp.tell('2030-07-04 02:00+00') as told where told like '%11:00:00'), 3::bigint, 'unless the user does not want urgent alerts');

select * from finish();
rollback;
