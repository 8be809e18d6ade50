-- A key blocks what waits. Two jobs of one key may come to wait, one of them from running; then the one that came back
-- waits without the key, instead of failing to come back.
begin;
select plan(10);

create function pg_temp.a_keyed_job(p_key text, p_status public.queue_status) returns uuid language plpgsql as $$
declare
  v_id constant uuid := tests.a_job('processing');
begin
  update public.queue_jobs set dedup_key = p_key, status = p_status where id = v_id;
  return v_id;
end $$;
create function pg_temp.key_of(p_id uuid) returns text language sql as
$$ select coalesce(dedup_key, 'none') from queue_jobs where id = p_id $$;

create temporary table it on commit drop as
select status, back, pg_temp.a_keyed_job(format('key of %s to %s', status, back), status::public.queue_status) as id
from (values ('processing', 'retrying'), ('processing', 'pending'), ('failed', 'pending')) as way (status, back);
create temporary table alone on commit drop as
select status, back, pg_temp.a_keyed_job(format('lonely key of %s to %s', status, back), status::public.queue_status) as id
from it;
insert into queue_jobs (user_id, job_type, dedup_key)
select tests.a_user(), 'other', format('key of %s to %s', status, back) from it;

select lives_ok(
  format('update queue_jobs set status = %L where id = %L', back, id), format('a %s job may come back as %s beside another of its key', status, back)
) from it;
select is(pg_temp.key_of(id), 'none', format('the one that was %s is %s without the key', status, back)) from it;

update queue_jobs as job set status = back::queue_status from alone where job.id = alone.id;
select is(
  pg_temp.key_of(id), format('lonely key of %s to %s', status, back), format('a %s job that finds its key free as %s keeps it', status, back)
) from alone;
select throws_ok(
  format('insert into queue_jobs (user_id, job_type, dedup_key) values (%L, %L, %L)', tests.a_user(), 'other', 'lonely key of failed to pending'),
  '23505', null, 'and blocks the next one again'
);

select * from finish();
rollback;
