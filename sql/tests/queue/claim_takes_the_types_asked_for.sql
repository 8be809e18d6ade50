-- A worker gets jobs of the types it names, and a type that does not exist is told apart from one without jobs.
begin;
select plan(8);

insert into queue_jobs (user_id, job_type, scheduled_for)
select a_user(), known, '2040-05-01 12:00:00+00'
from unnest(enum_range(null::queue_type)) as known
where known <> 'send_sms';

select is(
  (select array_agg(job_type) from claim_pending_jobs('{send_email}', p_now => '2040-05-01 12:00:00+00')),
  '{send_email}',
  'one type'
);
select set_eq(
  $$select job_type from claim_pending_jobs('{sync_calendar, other}', p_now => '2040-05-01 12:00:00+00')$$,
  '{other, sync_calendar}'::text[],
  'two types'
);
select is_empty(
  $$select from claim_pending_jobs('{}', p_now => '2040-05-01 12:00:00+00')$$,
  'no type gives no job'
);
select is_empty(
  $$select from claim_pending_jobs('{send_email}', p_now => '2040-05-01 12:00:00+00')$$,
  'a type without waiting jobs gives none'
);
select throws_ok(
  $$select claim_pending_jobs('{send_email, send_fax}')$$, '22023', null,
  'an unknown type is an error'
);
select throws_ok($$select claim_pending_jobs('{null}')$$, '22004', null, 'a null among the types is an error');
select throws_ok($$select claim_pending_jobs(null)$$, '22004', null, 'null types are an error');
select is(
  (
    select count(*)
    from claim_pending_jobs(
      enum_range(null::queue_type)::text[], 100, p_now => '2040-05-01 12:00:00+00'
    )
  ),
  8::bigint,
  'all types at once bring the rest'
);

select * from finish();
rollback;
