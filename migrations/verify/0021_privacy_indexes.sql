-- Verify pgherald:0021_privacy_indexes on pg

begin;

select 1 / (count(*) = 10)::integer
from pg_catalog.pg_class as found
inner join pg_catalog.pg_index as built on found.oid = built.indexrelid
where found.relname like '%\_kept\_idx' and built.indisvalid;

rollback;
