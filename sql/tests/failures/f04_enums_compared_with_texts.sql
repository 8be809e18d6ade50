-- F04, F07: `enum = any(text[])` made every cancellation raise, and there were four hot fixes for such casts in ten days.
-- Every function that takes or gives an enum is called once with every value of it.
begin;
select plan(10);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
create temporary table known on commit drop as
select known.job_type::text from unnest(enum_range(null::queue_type)) as known (job_type);

select lives_ok(
  $$
    select add_queue_job('00000000-0000-0000-0000-00000000000a', job_type, '{}') from known
  $$,
  'add_queue_job takes every type'
);
select lives_ok(
  'select claim_pending_jobs(array[job_type], 1, p_now => now()) from known', 'claim_pending_jobs takes every type'
);
select lives_ok(
  $$
    select reset_stalled_jobs('1 hour', array[job_type], null) from known
    union all
    select reset_stalled_jobs('1 hour', null, array[job_type]) from known
  $$,
  'reset_stalled_jobs takes every type, to include and to exclude'
);
select lives_ok(
  'select delete_old_completed_queue_jobs(30, 10, array[job_type]) from known',
  'delete_old_completed_queue_jobs takes every type'
);
select lives_ok(
  $$select herald.next_claim_at(array[job_type], 'a sender') from known$$, 'next_claim_at takes every type'
);
select lives_ok(
  $$
    select cancel_jobs_atomic('00000000-0000-0000-0000-00000000000a', job_type, null, array[status::text])
    from known
    cross join unnest(enum_range(null::queue_status)) as status
  $$,
  'cancel_jobs_atomic takes every type with every status'
);
select lives_ok(
  $$
    select cancel_jobs_atomic(
      '00000000-0000-0000-0000-00000000000a', job_type, '{}', enum_range(null::queue_status)::text[]
    )
    from known
  $$,
  'and all statuses at once'
);
select lives_ok(
  $$
    select update_sms_status_atomic(a_text(status), null, 'sent', mapped::text)
    from unnest(enum_range(null::sms_status)) as status
    cross join unnest(enum_range(null::sms_status)) as mapped
  $$,
  'update_sms_status_atomic takes every status for a text of every status'
);
select lives_ok(
  $$select cancel_sms(a_text(status)), redrive_sms(a_text(status)) from unnest(enum_range(null::sms_status)) as status$$,
  'cancel_sms and redrive_sms take a text of every status'
);
select results_eq(
  $$
    select priority::text, herald.job_priority(priority)
    from unnest(enum_range(null::sms_priority)) as priority
    order by 2
  $$,
  $$values ('urgent', 1), ('high', 5), ('normal', 10), ('low', 20)$$,
  'job_priority knows every priority'
);

select * from finish();
rollback;
