-- Revert pgherald:0019_access from pg

begin;

revoke all on public.notification_events, public.notification_deliveries, public.notification_subscriptions,
public.notification_suppressions, public.notification_tracking_links, public.push_subscriptions, public.queue_jobs,
public.sms_messages, public.user_notification_preferences, public.user_sms_preferences from herald_client;
grant select on public.notification_deliveries to herald_client;
revoke select on herald.transitions from herald_client;
revoke usage on schema herald from herald_client;

revoke update (
  first_clicked_at, last_clicked_at, click_count, bot_click_count, expires_at, metadata
) on public.notification_tracking_links from herald_runner;
grant update on public.notification_tracking_links, public.notification_suppressions to herald_runner;

create or replace function herald.close_table(p_table regclass)
returns void
language plpgsql
set search_path = ''
as $body$
declare
  v_role name;
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('revoke all on %s from public', p_table);
  for v_role in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated') loop
    execute format('revoke all on %s from %I', p_table, v_role);
  end loop;
  execute format('grant select, insert, update, delete on %s to herald_runner', p_table);
  execute format(
    'create policy "the runner works on every row" on %s to herald_runner using (true) with check (true)', p_table
  );
end;
$body$;

do $$
declare
  v_routine regprocedure;
begin
  for v_routine in
    select oid
    from pg_catalog.pg_proc
    where pronamespace = 'herald'::regnamespace
      and proname in ('admin_user_ids', 'user_contacts', 'routine_words')
      and proconfig @> array['search_path=pg_catalog, pg_temp']
  loop
    execute format('alter function %s set search_path = %L', v_routine, '');
  end loop;
end;
$$;

do $$
declare
  v_table name;
begin
  for v_table in select table_name from herald.host_tables where is_ours loop
    execute format(
      'drop policy if exists "nobody but the owner, until the application says otherwise" on public.%I', v_table
    );
  end loop;
end;
$$;

drop index public.sms_messages_category_idx;

create index sms_template_uses_template_id_idx on herald.sms_template_uses (template_id);
alter table herald.sms_template_uses
drop constraint sms_template_uses_pkey,
drop column id;

alter table herald.settings
drop column max_devices,
drop column max_filter_bytes;

commit;
