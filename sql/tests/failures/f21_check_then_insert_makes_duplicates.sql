-- F21: a look and then an insert made duplicates. The key is looked at under a lock, and an index has the last word.
begin;
select plan(4);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
create temporary table added on commit drop as
select add_queue_job('00000000-0000-0000-0000-00000000000a', 'other', '{"a": 1}', p_dedup_key => 'brief 2040-05-01') as id
from generate_series(1, 3);

select is((select count(distinct id) from added), 1::bigint, 'the same request is the same job');
select is((select count(*) from queue_jobs), 1::bigint, 'there is one job');
select throws_ok(
  $$select add_queue_job('00000000-0000-0000-0000-00000000000a', 'other', '{"a": 2}', p_dedup_key => 'brief 2040-05-01')$$,
  'SMS03', null,
  'another request with its key is refused'
);
select throws_ok(
  $$
    insert into queue_jobs (user_id, job_type, dedup_key)
    values ('00000000-0000-0000-0000-00000000000a', 'other', 'brief 2040-05-01')
  $$,
  '23505', null,
  'an insert past the function cannot make a second one either'
);

select * from finish();
rollback;
