-- Verify pgherald:0023_privacy_indexes on pg

begin;

select 1 / (count(*) = 10)::integer
from pg_catalog.pg_index
inner join pg_catalog.pg_class on pg_class.oid = pg_index.indexrelid
where relname like '%\_kept\_idx' and indisvalid;

rollback;
