-- Whoever switches off, drops, edits or opens something of ours is found out; what an application adds is none of that.
begin;
select plan(40);

create function pg_temp.said(p_name text) returns text language sql as $$
  select string_agg(concat_ws(' | ', object_type, severity, finding), '; ' order by object_type) from doctor() where object_name = p_name
$$;
create function pg_temp.remedy(p_name text) returns text language sql as $$
  select what_to_do from doctor() where object_name = p_name order by object_type limit 1
$$;
do $$
begin
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin;
  end if;
end $$;

select is_empty('select * from doctor()', 'a fresh installation is as shipped');

alter table sms_messages disable trigger t10_enforce_transition;
select is(pg_temp.said('public.sms_messages: t10_enforce_transition'), 'trigger | fault | is disabled', 'a trigger was switched off');
alter table sms_messages enable trigger t10_enforce_transition;
select is(pg_temp.said('public.sms_messages: t10_enforce_transition'), null, 'and on again');
drop trigger t10_enforce_transition on queue_jobs;
select is(pg_temp.said('public.queue_jobs: t10_enforce_transition'), 'trigger | fault | is missing', 'a trigger was dropped');
select is(pg_temp.remedy('public.queue_jobs: t10_enforce_transition'), 'Run pgherald migrate: it installs all functions, triggers, views and policies anew.', 'with the remedy');
alter table queue_jobs disable trigger all;
select is(pg_temp.said('public.queue_jobs'), 'references | fault | is: not checked', 'references are not checked any more');
alter table queue_jobs enable trigger all;

drop index queue_jobs_due_idx;
select is(pg_temp.said('public.queue_jobs: queue_jobs_due_idx'), 'index | fault | is missing', 'an index was dropped');
select lives_ok(
  (select regexp_replace(pg_temp.remedy('public.queue_jobs: queue_jobs_due_idx'), '^Run: ', '')), 'the remedy makes it again'
);
select is(pg_temp.said('public.queue_jobs: queue_jobs_due_idx'), null, 'as it was');
update pg_index set indisvalid = false where indexrelid = 'queue_jobs_lease_idx'::regclass;
select is(pg_temp.said('public.queue_jobs: queue_jobs_lease_idx'), 'index | fault | is invalid', 'an index is invalid');
select is(pg_temp.remedy('public.queue_jobs: queue_jobs_lease_idx'), 'Run: reindex index concurrently public.queue_jobs_lease_idx;', 'with the remedy');

alter table queue_jobs drop constraint queue_jobs_runs_under_a_token;
select is(pg_temp.said('public.queue_jobs: queue_jobs_runs_under_a_token'), 'constraint | fault | is missing', 'a constraint was dropped');
select lives_ok(
  (select regexp_replace(pg_temp.remedy('public.queue_jobs: queue_jobs_runs_under_a_token'), '^Run: ', '')), 'the remedy makes it again'
);
select is(pg_temp.said('public.queue_jobs: queue_jobs_runs_under_a_token'), null, 'as it was');
alter table sms_messages alter column user_id drop not null;
select is(pg_temp.said('public.sms_messages.user_id'), 'column | fault | is: uuid', 'a column may be null');

alter table herald.sms_template_uses reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay);
select is(pg_temp.said('herald.sms_template_uses'), 'storage | note | is: default', 'a table is vacuumed at other times');
select lives_ok(
  (select regexp_replace(pg_temp.remedy('herald.sms_template_uses'), '^.*Else run: ', '')), 'which somebody may want, and else mends'
);
select is(pg_temp.said('herald.sms_template_uses'), null, 'as it was');
alter table herald.admins set (fillfactor = 50);
select is(pg_temp.said('herald.admins'), 'storage | note | is: fillfactor=50', 'a table has settings of somebody else''s');
alter table herald.admins reset (fillfactor);

alter table sms_messages disable row level security;
select is(pg_temp.said('public.sms_messages'), 'table | fault | is: without row security', 'row security was switched off');
alter table sms_messages enable row level security;
drop policy "users read their own notifications" on notification_deliveries;
select is(pg_temp.said('public.notification_deliveries: users read their own notifications'), 'policy | fault | is missing', 'a policy was dropped');

grant usage on schema herald to public;
select is(pg_temp.said('herald'), 'schema | fault | is: herald_client usage, herald_runner usage, public usage', 'our private schema was opened');
revoke usage on schema herald from public;
grant herald_runner to anon;
select is(pg_temp.said('anon'), 'role | fault | is in herald_runner', 'everybody was made a runner');
select lives_ok((select regexp_replace(pg_temp.remedy('anon'), '^Run: ', '')), 'the remedy takes it back');
select is(pg_temp.said('anon'), null, 'as it was');
grant herald_runner to herald_client;
select is(pg_temp.said('herald_client'), 'role | fault | is in herald_runner', 'so was each client');
revoke herald_runner from herald_client;

grant select on sms_templates to anon;
select is(
  pg_temp.said('public.sms_templates'), 'rights on | fault | is: anon select; herald_runner delete, insert, select, update', 'a table was opened'
);
grant update (name) on sms_templates to public;
select is(
  pg_temp.said('public.sms_templates'), 'rights on | fault | is: anon select; herald_runner delete, insert, select, update; public update(name)', 'so was a column'
);
grant execute on function queue_sms_message to anon;
select is(pg_temp.said('public.queue_sms_message'), 'right to call | fault | is: anon, herald_runner', 'a function was opened');
revoke execute on function tick from herald_runner;
select is(pg_temp.said('public.tick'), 'right to call | fault | is: nobody', 'the runner may not call what it has to');

create or replace function herald.retry_delay(p_failures integer) returns interval language sql volatile set search_path = '' as $$select interval '0'$$;
select is(pg_temp.said('herald.retry_delay'), 'function | fault | is not what was installed', 'a function was edited in place');
alter function herald.decide_sms reset search_path;
select is(pg_temp.said('herald.decide_sms'), 'function | fault | is not what was installed', 'a function lost its search path');
create function mark_opened(p_all boolean) returns integer language sql as 'select 1';
select is(pg_temp.said('public.mark_opened'), 'function | fault | has an overload that is not ours', 'somebody else made a function of that name');
drop function mark_opened(boolean);
select is(pg_temp.said('public.mark_opened'), null, 'and dropped it');
drop view daily_opt_outs cascade;
select is(pg_temp.said('public.daily_opt_outs'), 'rights on | fault | is missing; view | fault | is missing', 'a view was dropped');

-- The application's own.
create function own() returns trigger language plpgsql as $$begin return new; end$$;
create trigger own_trigger before insert on sms_messages for each row execute function own();
create index own_index on sms_messages (priority);
create policy "support reads all" on sms_messages for select to anon using (true);
alter table sms_messages add column own_column text, add constraint own_check check (own_column <> '');
create table own_table (id integer);
create table own_children (message_id uuid references sms_messages);
select is(
  (select string_agg(object_type || ' ' || object_name, ', ' order by object_type) from doctor() where severity = 'note'),
  'column public.sms_messages.own_column, constraint public.sms_messages: own_check, index public.sms_messages: own_index, '
  || 'policy public.sms_messages: support reads all, trigger public.sms_messages: own_trigger',
  'what an application has put on our tables is noted'
);
select is((select count(*) from doctor() where severity = 'fault' and object_name ~ 'own_'), 0::bigint, 'and is no fault');
create function herald.stowaway() returns integer language sql as 'select 1';
select is(pg_temp.said('herald.stowaway'), 'function | note | is in our private schema, and not ours', 'our private schema is ours alone');
delete from herald.installation;
select is(pg_temp.said('functions'), 'installation | fault | nothing is on record of an installation of the functions', 'without a record nothing can be said');
set local role herald_runner;
select lives_ok('select count(*) from public.doctor()', 'whoever runs the runner may ask');
reset role;

select * from finish();
rollback;
