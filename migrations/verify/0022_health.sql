-- Verify pgherald:0022_health on pg

begin;

select 1 / count(*) from herald.health_limits;
select runner, seen_at, stopped_at from herald.runners where false;
select migration, functions_digest from herald.installation where false;
select object_type, object_name, definition from herald.installed_objects where false;

rollback;
