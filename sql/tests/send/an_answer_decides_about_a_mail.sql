-- What a mail server or push service answered decides what becomes of job and delivery; the fence lets nobody else speak.
begin;
select plan(37);

select is(herald.classify_delivery_answer(channel, delivered, code, about), outcome, format('%s %s %s is %s', channel, coalesce(code::text, 'nothing'), about, outcome))
from (
  values
    ('push', true, 201, false, 'sent'), ('push', false, 404, false, 'gone'), ('push', false, 410, false, 'gone'), ('push', false, 401, false, 'config'),
    ('push', false, 403, false, 'config'), ('push', false, 413, false, 'permanent'), ('push', false, 400, false, 'permanent'), ('push', false, 429, false, 'later'),
    ('push', false, 500, false, 'later'), ('push', false, null, false, 'later'), ('push', false, 302, false, 'later'),
    ('email', true, 250, false, 'sent'), ('email', false, 550, true, 'bounced'), ('email', false, 554, false, 'permanent'), ('email', false, 451, true, 'later'),
    ('email', false, 421, false, 'later'), ('email', false, 535, false, 'config'), ('email', false, 530, false, 'config'), ('email', false, null, false, 'later')
) as given (channel, delivered, code, about, outcome);

alter table users add column if not exists email text;
create temporary table reader on commit drop as select a_user() as id;
update users set email = 'reader@example.com' where id = (select id from reader);
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example/1', 'key', 'secret' from reader;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update herald.settings set retry_jitter = 0;
-- Emits, claims at an instant, answers, and tells what became of it.
create function pg_temp.answered(p_channel text, p_result jsonb) returns text language plpgsql as $$
declare
  v_claim record;
  v_result record;
begin
  delete from notification_deliveries;
  delete from queue_jobs;
  perform emit_notification_event('calendar.sync_failed');
  select * into v_claim from claim_notifications(array[p_channel]);
  select * into v_result
  from record_notification_results(jsonb_build_array(p_result || jsonb_build_object('job_id', v_claim.job_id, 'processing_token', v_claim.processing_token)));
  return (
    select format('%s: delivery %s, job %s, attempts %s%s', v_result.outcome, delivery.status, job.status, job.attempts,
      case when job.scheduled_for > now() then ' in ' || (job.scheduled_for - now()) else '' end)
    from notification_deliveries as delivery inner join queue_jobs as job on job.id = delivery.queue_job_id
    where delivery.id = v_claim.delivery_id
  );
end $$;

select is(pg_temp.answered('email', '{"delivered": true, "code": 250, "external_id": "<1@x>"}'), 'sent: delivery sent, job completed, attempts 1', 'taken');
select is((select external_id from notification_deliveries where channel = 'email'), '<1@x>', 'its name over there is kept');
select is(pg_temp.answered('email', '{"code": 550, "about_recipient": true}'), 'bounced: delivery bounced, job failed, attempts 1', 'a recipient that is refused');
select isnt((select bounced_at from notification_deliveries where channel = 'email'), null, 'has its time');
select is(pg_temp.answered('email', '{"code": 451}'), 'later: delivery pending, job retrying, attempts 1 in 00:05:00', 'a no for now');
select is(pg_temp.answered('email', '{"retry_after_seconds": 90}'), 'later: delivery pending, job retrying, attempts 1 in 00:01:30', 'nothing, and a wish when to come again');
select is(pg_temp.answered('email', '{"code": 535}'), 'config: delivery pending, job pending, attempts 0 in 00:01:00', 'our own fault costs no attempt');
select is(pg_temp.answered('push', '{"code": 413}'), 'permanent: delivery failed, job failed, attempts 1', 'a no for good');
select is(pg_temp.answered('push', '{"delivered": true, "code": 201}'), 'sent: delivery sent, job completed, attempts 1', 'a device that is there');
select results_eq('select is_active, last_used_at from push_subscriptions', 'values (true, now())', 'was used');
select is(pg_temp.answered('push', '{"code": 410}'), 'gone: delivery failed, job failed, attempts 1', 'a device that is gone');
select is((select is_active from push_subscriptions), false, 'is switched off');

delete from notification_deliveries;
delete from queue_jobs;
select from emit_notification_event('calendar.sync_failed');
create temporary table claim on commit drop as select * from claim_notifications('{email}');
select results_eq(
  $$
  select recorded, outcome from claim, record_notification_results(jsonb_build_array(
    jsonb_build_object('job_id', job_id, 'delivered', true), jsonb_build_object('job_id', job_id, 'processing_token', gen_random_uuid(), 'delivered', true)
  ))
  $$, 'values (false, null::text), (false, null)', 'without the token nothing is recorded'
);
select is((select status from notification_deliveries where channel = 'email'), 'pending', 'and nothing changes');

-- Nonsense proves nothing, and spoils no batch.
select is(
  (
    select array_agg(coalesce(outcome, 'none') || ' ' || recorded order by outcome)
    from claim, record_notification_results(jsonb_build_array(
      5, null, '{}'::jsonb, jsonb_build_object('job_id', 'x', 'processing_token', 'y'),
      jsonb_build_object(
        'job_id', job_id, 'processing_token', processing_token, 'delivered', 'maybe', 'code', 'abc', 'retry_after_seconds', -5e300
      )
    ))
  ), '{"later true", "none false", "none false", "none false", "none false"}', 'what can be read is recorded'
);
select is((select scheduled_for from queue_jobs where status = 'retrying'), now(), 'with a wait that makes sense');
update queue_jobs set status = 'cancelled' where status = 'retrying';
select results_eq(
  $$select status, suppressed_reason is not null from notification_deliveries where channel = 'email'$$, $$values ('failed', true)$$,
  'a job that somebody cancels suppresses its delivery, with or without a reason'
);
select throws_ok($$select record_notification_results('{}')$$, '22023', null, 'results come as an array');

select * from finish();
rollback;
