-- Verify pgherald:0028_storage on pg

begin;

select 1 / (count(*) = 2)::integer
from pg_catalog.pg_class
where oid in (to_regclass('public.queue_jobs_held_idx'), to_regclass('herald.phone_verifications_over_idx'));
select 1 / (reloptions @> '{fillfactor=70}')::integer
from pg_catalog.pg_class
where oid = 'public.user_sms_preferences'::regclass;

rollback;
