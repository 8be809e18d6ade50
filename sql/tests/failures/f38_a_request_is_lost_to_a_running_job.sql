-- F38: a new request was lost because an old one with its key was *running*, and had read the world before the request
-- was made. A key blocks what waits, not what runs.
begin;
select plan(9);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
create function pg_temp.add() returns uuid language sql as $$
  select add_queue_job(
    '00000000-0000-0000-0000-00000000000a', 'sync_calendar', '{}', 10, '2040-05-01 12:00:00+00', 'calendar of a'
  );
$$;
create temporary table first on commit drop as select pg_temp.add() as id;
create temporary table claim on commit drop as
select * from claim_pending_jobs('{sync_calendar}', p_now => '2040-05-01 12:00:00+00');
create temporary table second on commit drop as select pg_temp.add() as id;

select isnt((select id from second), (select id from first), 'while the first runs, the same request is a second job');
select is((select status::text from queue_jobs inner join second using (id)), 'pending', 'which waits');
select is(pg_temp.add(), (select id from second), 'the same request again is the one that waits');

select is(
  (select fail_queue_job(id, 'away', true, processing_token, p_now => '2040-05-01 12:00:00+00') from claim), true,
  'the first fails and comes back to wait'
);
select results_eq(
  'select status::text, dedup_key from queue_jobs inner join first using (id)', $$values ('retrying', null)$$,
  'without its key, which is taken now'
);
select results_eq(
  'select status::text, dedup_key from queue_jobs inner join second using (id)', $$values ('pending', 'calendar of a')$$,
  'the second has it'
);

-- Nothing came meanwhile: a returning job keeps its key, and the same request is that job.
create temporary table second_claim on commit drop as
select * from claim_pending_jobs('{sync_calendar}', p_now => '2040-05-01 12:00:01+00');
select from (select hand_back_jobs(array_agg(id), array_agg(processing_token)) from second_claim) as done;
select is(pg_temp.add(), (select id from second), 'a job that comes back to a free key blocks it again');

-- When the job is done, the key is free.
create temporary table third_claim on commit drop as
select * from claim_pending_jobs('{sync_calendar}', p_now => '2040-05-01 12:00:01+00');
select is(
  (select complete_queue_job(id, null, processing_token) from third_claim), true, 'the second is done'
);
select isnt(pg_temp.add(), (select id from second), 'and the next request is a new job');

select * from finish();
rollback;
