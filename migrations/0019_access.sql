-- Deploy pgherald:0019_access to pg
-- depends: 0009_fan_out 0012_permission 0016_verification
-- transactional: false

-- The uses of templates are few, for each tick folds them in: one column more rewrites a small table.
-- squawk-ignore-file adding-required-field, adding-field-with-default, adding-serial-primary-key-field
-- squawk-ignore-file require-concurrent-index-deletion, constraint-missing-not-valid, require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

alter table herald.settings
add column max_devices integer not null default 20,
add column max_filter_bytes integer not null default 8192,
add constraint settings_client_limits_are_positive check (max_devices > 0 and max_filter_bytes > 0);
comment on column herald.settings.max_devices is
'Devices a user may have for push messages; one more takes the place of the one that was longest unused.';
comment on column herald.settings.max_filter_bytes is 'How long the filters of a subscription may be, as JSON text.';

-- A row can be told from another: logical replication asks for that. The key takes the index's place.
alter table herald.sms_template_uses
add column id bigint not null generated always as identity,
add constraint sms_template_uses_pkey primary key (template_id, id);
drop index herald.sms_template_uses_template_id_idx;

-- A category that is deleted looks for its texts, which happens hardly ever: a block range index finds them, is made by
-- one look at the table, and costs the one that is written most next to nothing.
create index sms_messages_category_idx on public.sms_messages
using brin (category) with (pages_per_range = 32, autosummarize = on);

-- The tables that pgherald made because the application had none: for nobody but their owner, and that is said.
do $$
declare
  v_table name;
begin
  for v_table in select table_name from herald.host_tables where is_ours loop
    execute format(
      'create policy "nobody but the owner, until the application says otherwise" on public.%I using (false)', v_table
    );
  end loop;
end;
$$;

-- Tables made from now on: nothing but what herald_runner has reaches service_role either.
create or replace function herald.close_table(p_table regclass)
returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $body$
declare
  v_role name;
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('revoke all on %s from public', p_table);
  for v_role in
    select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'service_role')
  loop
    execute format('revoke all on %s from %I', p_table, v_role);
  end loop;
  execute format('grant select, insert, update, delete on %s to herald_runner', p_table);
  execute format(
    'create policy "the runner works on every row" on %s to herald_runner using (true) with check (true)', p_table
  );
end;
$body$;

-- And those that are here already: Supabase's default privileges gave service_role everything on them, even TRUNCATE.
do $$
declare
  v_table regclass;
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
    for v_table in
      select polrelid::regclass from pg_catalog.pg_policy where polname = 'the runner works on every row'
    loop
      execute format('revoke all on %s from service_role', v_table);
    end loop;
  end if;
end;
$$;

-- Where a link leads stands when it is made (F109), and why somebody was not told stays as it was written.
revoke update on public.notification_tracking_links, public.notification_suppressions from herald_runner;
grant update (
  first_clicked_at, last_clicked_at, click_count, bot_click_count, expires_at, metadata
) on public.notification_tracking_links to herald_runner;

-- With an empty search path, types are still looked for in pg_temp first. What a team has put in the place of these
-- functions with a path of its own stays as it is.
do $$
declare
  v_routine regprocedure;
begin
  for v_routine in
    select oid
    from pg_catalog.pg_proc
    where pronamespace = 'herald'::regnamespace
      and proname in ('admin_user_ids', 'user_contacts', 'routine_words')
      and proconfig @> array['search_path=""']
  loop
    execute format('alter function %s set search_path = pg_catalog, pg_temp', v_routine);
  end loop;
end;
$$;

-- Functions that run with a client's rights call others in here; which ones is granted beside each of them.
grant usage on schema herald to herald_client;
grant select on herald.transitions to herald_client;

-- Which rows is said by the policies, in sql/functions/access. Columns are listed where not all of a row is its user's:
-- updated_at and user_id may be written because upserts send them, and come to nothing else than the policies allow.
-- No DELETE anywhere: who has it on a table may lock it for everybody. is_active ends a subscription, and a device.
grant select (
  id, event_type, event_source, target_user_id, payload, created_at, scheduled_for, expires_at, redacted_at
) on public.notification_events to herald_client;

grant update (status) on public.notification_deliveries to herald_client;

grant select on public.notification_subscriptions to herald_client;
grant insert (user_id, event_type, is_active, filters, updated_at)
on public.notification_subscriptions to herald_client;
grant update (user_id, event_type, is_active, filters, updated_at)
on public.notification_subscriptions to herald_client;

grant select on public.user_notification_preferences to herald_client;
grant insert (
  user_id, event_type, push_enabled, email_enabled, sms_enabled, in_app_enabled, priority, batch_enabled,
  batch_interval_minutes, quiet_hours_enabled, quiet_hours_start, quiet_hours_end, timezone, max_per_day, max_per_hour,
  updated_at
) on public.user_notification_preferences to herald_client;
grant update (
  user_id, event_type, push_enabled, email_enabled, sms_enabled, in_app_enabled, priority, batch_enabled,
  batch_interval_minutes, quiet_hours_enabled, quiet_hours_start, quiet_hours_end, timezone, max_per_day, max_per_hour,
  updated_at
) on public.user_notification_preferences to herald_client;

grant select on public.user_sms_preferences to herald_client;
grant insert (
  user_id, phone_number, task_reminders, daily_brief_sms, urgent_alerts, morning_kickoff_enabled, morning_kickoff_time,
  evening_recap_enabled, next_up_enabled, event_reminders_enabled, marketing_enabled, quiet_hours_start,
  quiet_hours_end, timezone, updated_at
) on public.user_sms_preferences to herald_client;
grant update (
  user_id, phone_number, task_reminders, daily_brief_sms, urgent_alerts, morning_kickoff_enabled, morning_kickoff_time,
  evening_recap_enabled, next_up_enabled, event_reminders_enabled, marketing_enabled, quiet_hours_start,
  quiet_hours_end, timezone, updated_at
) on public.user_sms_preferences to herald_client;

grant select on public.push_subscriptions to herald_client;
grant insert (
  user_id, endpoint, p256dh_key, auth_key, user_agent, is_active, last_used_at, updated_at
) on public.push_subscriptions to herald_client;
grant update (
  user_id, endpoint, p256dh_key, auth_key, user_agent, is_active, last_used_at, updated_at
) on public.push_subscriptions to herald_client;

-- Not the number, which may be somebody else's where a text was stopped for that, and not how the request was told.
grant select (
  id, user_id, message_content, template_id, template_vars, status, priority, scheduled_for, sent_at, delivered_at,
  twilio_sid, twilio_status, twilio_error_code, twilio_error_message, attempt_count, max_attempts, next_retry_at,
  queue_job_id, notification_delivery_id, project_id, task_id, metadata, created_at, updated_at, category, expires_at,
  failed_at, cancelled_at, cancel_reason, correlation_id, segment_count, recurrence_pattern, recurrence_ends,
  parent_message_id, deferred_from, deferred_until, defer_reason, recurrence_timezone, recurrence_start,
  recurrence_last, occurrence, routine
) on public.sms_messages to herald_client;

grant select (
  id, user_id, job_type, queue_job_id, scheduled_for, priority, status, attempts, max_attempts, started_at,
  processed_at, completed_at, created_at, updated_at, lease_expires_at
) on public.queue_jobs to herald_client;

grant select (
  id, short_code, delivery_id, message_id, destination_url, created_at, first_clicked_at, last_clicked_at, click_count,
  expires_at
) on public.notification_tracking_links to herald_client;

grant select on public.notification_suppressions to herald_client;

commit;
