-- A text moves only along the lines of its state machine, whoever runs the update.
begin;
select plan(97);

-- Written out a second time on purpose: a test that read herald.transitions would agree with any slip in it.
create temporary table legal (from_status, to_status) on commit drop as
values
  ('pending', 'queued'),
  ('pending', 'scheduled'),
  ('pending', 'cancelled'),
  ('pending', 'failed'),
  ('scheduled', 'queued'),
  ('scheduled', 'cancelled'),
  ('queued', 'sending'),
  ('queued', 'scheduled'),
  ('queued', 'cancelled'),
  ('queued', 'failed'),
  ('sending', 'sent'),
  ('sending', 'queued'),
  ('sending', 'failed'),
  ('sending', 'delivered'),
  ('sending', 'undelivered'),
  ('sent', 'delivered'),
  ('sent', 'undelivered'),
  ('sent', 'failed'),
  ('failed', 'queued'),
  ('failed', 'sent'),
  ('failed', 'delivered'),
  ('undelivered', 'queued'),
  ('undelivered', 'delivered');

-- Every ordered pair of statuses, each on a row of its own; staying where one is is no change.
select case
    when from_status = to_status then lives_ok(attempt, format('a %s message may stay so', from_status))
    when legal then lives_ok(attempt, format('a %s message may become %s', from_status, to_status))
    else throws_ok(attempt, 'SMS01', null, format('a %s message may not become %s', from_status, to_status))
  end
from (
  select a.status as from_status, b.status as to_status,
    (a.status, b.status) in (select * from legal) as legal,
    format(
      'update public.sms_messages set status = %L, scheduled_for = now() where id = %L',
      b.status, tests.a_text(a.status::public.sms_status)
    ) as attempt
  from unnest(array['pending', 'queued', 'sending', 'sent', 'delivered', 'failed', 'undelivered', 'scheduled', 'cancelled']) as a (status),
    unnest(array['pending', 'queued', 'sending', 'sent', 'delivered', 'failed', 'undelivered', 'scheduled', 'cancelled']) as b (status)
) as change;

-- And how a row may begin. Queued it begins with its job alone.
select case
    when start.status in ('pending', 'scheduled') then lives_ok(attempt, format('a message may begin as %s', status))
    else throws_ok(attempt, 'SMS01', null, format('a message may not begin as %s', status))
  end
from (
  select status, format('insert into public.sms_messages (user_id, phone_number, message_content, status, scheduled_for) values (%L, ''+12025550100'', ''x'', %L, now())', tests.a_user(), status) as attempt
  from unnest(array['pending', 'queued', 'sending', 'sent', 'delivered', 'failed', 'undelivered', 'scheduled', 'cancelled']) as a (status)
) as start;

select lives_ok(
  format($$
    with job as (insert into public.queue_jobs (user_id, job_type) values (%1$L, 'send_sms') returning id)
    insert into public.sms_messages (user_id, phone_number, message_content, status, queue_job_id)
    select %1$L, '+12025550100', 'x', 'queued', id from job
  $$, tests.a_user()),
  'a message may begin as queued together with its job'
);
select throws_ok(
  format(
    'insert into public.sms_messages (user_id, phone_number, message_content, status, queue_job_id) select user_id, ''+12025550100'', ''x'', ''queued'', id from public.queue_jobs where id = %L',
    job.id
  ),
  'SMS01', null, format('a message may not begin as queued with %s', job.what)
)
from (values (tests.a_job('completed'), 'a job that has ended'), (tests.a_job(), 'a job that does something else')) as job (id, what);
select lives_ok(
  format('select queue_sms_message(%L, ''+12025550100'', ''x'')', tests.a_user()), 'a message that is queued by its call'
);
select throws_ok(
  format(
    'insert into public.sms_messages (user_id, phone_number, message_content, status, queue_job_id) select user_id, ''+12025550100'', ''x'', ''queued'', id from public.queue_jobs where id = %L',
    tests.a_job('completed')
  ),
  'SMS01', null, 'lets no other after it begin with a job that has ended'
);

select is(
  (select count(*) from herald.transitions where machine = 'message' and from_status <> '(start)'), 23::bigint,
  'no other change of a message is legal'
);
select results_eq(
  $$select to_status from herald.transitions where machine = 'message' and from_status = '(start)' order by 1$$,
  array['pending', 'queued', 'scheduled'], 'and no other beginning'
);

select * from finish();
rollback;
