-- Verify pgherald:0001_foundation on pg

begin;

select signature from herald.installed_routines where false;
select table_name, is_ours from herald.host_tables where false;
select kill_switch, promote_lead, retry_delays from herald.settings where false;
select 1 / count(*) from herald.settings;
select id from public.users where false;
select id from public.projects where false;
select id from public.tasks where false;
select 1 / count(*) from pg_catalog.pg_roles where rolname = 'herald_runner';
select 1 / count(*) from pg_catalog.pg_roles where rolname = 'herald_client';

rollback;
