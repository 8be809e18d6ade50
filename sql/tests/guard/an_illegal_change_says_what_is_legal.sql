-- The error names the row, the two statuses, and in its hint what could be done instead.
begin;
select plan(3);

create function pg_temp.refusal(p_attempt text, out message text, out hint text) language plpgsql as $$
begin
  execute p_attempt;
exception when sqlstate 'SMS01' then
  get stacked diagnostics message = message_text, hint = pg_exception_hint;
end $$;

create temporary table job on commit drop as select tests.a_job() as id;
select is(
  (select message from pg_temp.refusal(format('update public.queue_jobs set status = %L where id = %L', 'completed', id))),
  format('job %s cannot go from pending to completed', id), 'the message names row and statuses'
) from job;
select is(
  (select hint from pg_temp.refusal(format('update public.queue_jobs set status = %L where id = %L', 'completed', id))),
  'Allowed here: cancelled, processing.', 'the hint names what is allowed'
) from job;
select is(
  (select hint from pg_temp.refusal(format('update public.sms_messages set status = %L where id = %L', 'queued', tests.a_text('delivered')))),
  'This status is final.', 'or says that nothing is'
);

select * from finish();
rollback;
