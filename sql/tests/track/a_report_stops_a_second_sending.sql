-- A text in doubt that is taken for not sent waits to be sent again. A report with its attempt's id proves that it went,
-- and it does not go again; once it has been claimed again, nobody can help that.
begin;
select plan(10);

create temporary table doubt (id uuid, attempt_id uuid, is_late boolean) on commit drop;
insert into doubt (id, is_late) select a_queued_text('hello'), is_late from (values (false), (true)) as given (is_late);
create function pg_temp.claimed(p_now timestamptz) returns table (message_id uuid, attempt_id uuid) language sql as $$
  with claim as materialized (select * from claim_sms('a sender', p_now => p_now)),
  told as (
    select recorded
    from record_sms_results((
      select jsonb_agg(jsonb_build_object(
        'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'maybe_accepted', true
      )) from claim
    ), p_now)
  )
  select claim.message_id, claim.attempt_id from claim where (select count(*) from told) > 0;
$$;
update doubt set attempt_id = claim.attempt_id from pg_temp.claimed(now() + interval '1 second') as claim where claim.message_id = doubt.id;
select is((select count(*) from doubt where attempt_id is not null), 2::bigint, 'two texts are in doubt');
select ok(resolve_sms_in_doubt(id, false), 'and somebody says that they have not gone') from doubt;

select ok(
  record_twilio_status(attempt_id, 'SM1', 'delivered'), 'a report of the first attempt is taken'
) from doubt where not is_late;
select is(
  (select status || ' ' || twilio_sid from sms_messages inner join doubt using (id) where not is_late), 'delivered SM1', 'the text has arrived'
);
select is(
  (select job.status::text from queue_jobs as job inner join sms_messages as message on message.queue_job_id = job.id inner join doubt on doubt.id = message.id where not is_late),
  'completed', 'its job is over'
);
create temporary table again on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 hour');
select is((select array_agg(message_id) from again), (select array_agg(id) from doubt where is_late), 'and only the other one goes again');

select ok(
  not record_twilio_status(attempt_id, 'SM2', 'delivered'), 'a report that comes after that is kept and moves nothing'
) from doubt where is_late;
select is(
  (select status::text from sms_messages inner join doubt using (id) where is_late), 'sending', 'the text is on its second way'
);
select is((select count(*) from herald.sms_status_log where twilio_sid = 'SM2'), 1::bigint, 'and the ledger knows');

select * from finish();
rollback;
