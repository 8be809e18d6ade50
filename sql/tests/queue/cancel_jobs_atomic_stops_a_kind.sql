-- A user's jobs of one kind are cancelled together, by type, metadata and status.
begin;
select plan(8);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a'), ('00000000-0000-0000-0000-00000000000b');
insert into queue_jobs (queue_job_id, user_id, job_type, metadata)
values
  ('mine', '00000000-0000-0000-0000-00000000000a', 'other', '{"event": 1, "x": true}'),
  ('another event', '00000000-0000-0000-0000-00000000000a', 'other', '{"event": 2}'),
  ('another type', '00000000-0000-0000-0000-00000000000a', 'send_email', '{"event": 1}'),
  ('another user', '00000000-0000-0000-0000-00000000000b', 'other', '{"event": 1}');

select results_eq(
  $$
    select queue_job_id, job_type, status
    from cancel_jobs_atomic('00000000-0000-0000-0000-00000000000a', 'other', '{"event": 1}')
  $$,
  $$values ('mine', 'other', 'cancelled')$$,
  'user, type and metadata choose what is cancelled'
);
select is_empty(
  $$select from cancel_jobs_atomic('00000000-0000-0000-0000-00000000000a', 'other', '{"event": 1}')$$,
  'nothing is cancelled twice'
);
select is_empty(
  $$select from cancel_jobs_atomic('00000000-0000-0000-0000-00000000000a', 'other', null, '{retrying}')$$,
  'only the statuses that were named'
);
select from claim_pending_jobs('{other}', p_now => now());
select results_eq(
  $$select queue_job_id, status from cancel_jobs_atomic('00000000-0000-0000-0000-00000000000a', 'other')$$,
  $$values ('another event', 'cancelled')$$,
  'without a filter all of the type, a running one as well'
);
select set_eq(
  $$select queue_job_id || ' ' || status from queue_jobs$$,
  array['mine cancelled', 'another event cancelled', 'another type pending', 'another user processing'],
  'all else is untouched'
);
select throws_ok(
  $$select cancel_jobs_atomic('00000000-0000-0000-0000-00000000000a', 'fax')$$, '22023', null,
  'an unknown type is an error'
);
select throws_ok(
  $$select cancel_jobs_atomic('00000000-0000-0000-0000-00000000000a', 'other', null, '{waiting}')$$, '22023', null,
  'an unknown status is an error'
);
select throws_ok(
  $$select cancel_jobs_atomic('00000000-0000-0000-0000-00000000000a', 'other', null, '{null}')$$, '22023', null,
  'a null status is an error'
);

select * from finish();
rollback;
