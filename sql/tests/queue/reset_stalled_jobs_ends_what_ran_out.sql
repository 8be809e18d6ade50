-- The field's call ends leases that have run out, of jobs that have been silent for long enough.
begin;
select plan(12);

insert into queue_jobs (user_id, job_type, scheduled_for)
values
  (a_user(), 'other', now() - interval '1 hour'),
  (a_user(), 'send_email', now() - interval '1 hour'),
  (a_user(), 'sync_calendar', now() - interval '1 hour');
select claim_pending_jobs(
  '{other, send_email, sync_calendar}', p_lease => '2 minutes', p_now => now() - interval '10 minutes'
);

select is(reset_stalled_jobs(), 0, 'a job that has just been touched is not stalled');
select is(reset_stalled_jobs('0 seconds', '{}'), 0, 'no type, no job');
select is(reset_stalled_jobs('0 seconds', '{other}'), 1, 'only the types to include');
select is(reset_stalled_jobs('0', null, '{send_email}'), 1, 'all but the types to exclude');
select is(reset_stalled_jobs('0 seconds', '{send_email}', '{send_email}'), 0, 'excluded beats included');
select is(reset_stalled_jobs('0 seconds'), 1, 'the rest');
select is(
  (select array_agg(distinct status::text || attempts) from queue_jobs), '{retrying1}',
  'each goes back with its attempt counted'
);
select throws_ok($$select reset_stalled_jobs('a while')$$, '22023', null, 'a timeout that is no interval is an error');
select throws_ok($$select reset_stalled_jobs('-1 minute')$$, '22023', null, 'a negative timeout is an error');
select throws_ok($$select reset_stalled_jobs(null)$$, '22004', null, 'a null timeout is an error');
select throws_ok($$select reset_stalled_jobs('1 minute', '{fax}')$$, '22023', null, 'an unknown type is an error');
select throws_ok(
  $$select reset_stalled_jobs('1 minute', null, '{fax}')$$, '22023', null,
  'also among those to exclude'
);

select * from finish();
rollback;
