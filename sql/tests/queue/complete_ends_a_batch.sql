-- A batch of jobs is recorded as done in one call, each for whoever holds it.
begin;
select plan(14);

insert into queue_jobs (id, user_id, job_type, scheduled_for)
select ('00000000-0000-0000-0000-00000000000' || number)::uuid, a_user(), 'other', '2040-05-01 12:00:00+00'
from generate_series(1, 5) as number;
create temporary table claim on commit drop as
select * from claim_pending_jobs('{other}', p_now => '2040-05-01 12:00:00+00');
update claim set processing_token = gen_random_uuid() where id::text like '%3';
update claim set processing_token = null where id::text like '%4';
create temporary table another on commit drop as select * from claim where id::text like '%5';
delete from claim where id::text like '%5';

select results_eq(
  $$
    select job_id::text like '%2', recorded
    from complete_queue_jobs(
      (select array_agg(id order by id desc) from claim),
      (select array_agg(processing_token order by id desc) from claim),
      '[null, null, {"answer": 42}, null]'
    )
  $$,
  'values (false, false), (false, false), (true, true), (false, true)',
  'each is answered in the given order; a foreign token and none change nothing'
);
select results_eq(
  $$select status::text, result from queue_jobs where id::text not like '%5' order by id$$,
  $$values ('completed', null), ('completed', '{"answer": 42}'::jsonb), ('processing', null), ('processing', null)$$,
  'each has its own result'
);
select is_empty(
  $$
    select id from queue_jobs
    where status = 'completed'
      and (processing_token is not null or lease_expires_at is not null or completed_at is null or processed_at is null)
  $$,
  'what ended has its time, and no lease'
);
select results_eq(
  $$
    select recorded
    from complete_queue_jobs(
      (select array_agg(id order by id) from claim), (select array_agg(processing_token order by id) from claim)
    )
  $$,
  'values (false), (false), (false), (false)',
  'nothing ends twice'
);
select is_empty('select * from complete_queue_jobs(array[]::uuid[], array[]::uuid[])', 'nothing is nothing');
select results_eq(
  $$
    select count(*), bool_and(recorded)
    from complete_queue_jobs(
      array_fill((select id from queue_jobs where id::text like '%3'), array[2]),
      array_fill((select processing_token from queue_jobs where id::text like '%3'), array[2])
    )
  $$,
  'values (2::bigint, true)',
  'told twice in one call, it is one end'
);
select results_eq(
  $$
    select result.recorded
    from another
    cross join lateral complete_queue_jobs(array[id, id], array[gen_random_uuid(), processing_token], '[1, 2]') as result
  $$,
  'values (false), (true)',
  'and told by two, it is one of them who held it'
);
select results_eq(
  $$select result from queue_jobs where id::text like '%5'$$, $$values ('2'::jsonb)$$, 'whose result is kept'
);
select throws_ok(
  'select complete_queue_jobs(array[gen_random_uuid()], array[]::uuid[])', '22023', null,
  'each job has a token'
);
select throws_ok(
  $$select complete_queue_jobs(array[gen_random_uuid()], array[gen_random_uuid()], '[]')$$, '22023', null,
  'and with results, each has one'
);
select throws_ok('select complete_queue_jobs(null, array[gen_random_uuid()])', '22023', null, 'no jobs are no batch');

select a_queued_text();
create temporary table texts on commit drop as
select * from claim_pending_jobs('{send_sms}', p_now => now() + interval '1 minute');
select results_eq(
  'select result.recorded from texts cross join lateral complete_queue_jobs(array[id], array[processing_token]) as result',
  'values (true)',
  'a text''s job is taken from whoever held it'
);
select results_eq(
  $$
    select message.status::text, job.status::text, job.lease_expires_at
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id
  $$,
  $$values ('sending', 'processing', null::timestamptz)$$,
  'and held, for nobody has said what the provider answered'
);

-- What the guard lets through without a call has to be what the table of transitions allows.
select is_empty(
  $$
    values ('pending', 'processing'), ('retrying', 'processing'), ('processing', 'completed')
    except
    select from_status, to_status from herald.transitions where machine = 'job'
  $$,
  'a claim and a completion are changes that a job may make'
);

select * from finish();
rollback;
