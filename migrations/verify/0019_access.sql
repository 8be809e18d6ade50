-- Verify pgherald:0019_access on pg

begin;

select max_devices, max_filter_bytes from herald.settings where false;
select 1 / (has_schema_privilege('herald_client', 'herald', 'usage'))::integer;
select 1 / (has_column_privilege('herald_client', 'public.user_sms_preferences', 'timezone', 'update'))::integer;

rollback;
