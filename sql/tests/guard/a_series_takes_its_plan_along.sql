-- A series that is ended or deleted by plain SQL ends what waits of it, with its job; what is under way stays, and so
-- does the last one of a series that has come to its end.
begin;
select plan(12);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
-- A series with three occurrences: one is queued, one was changed ahead, the third has no text.
create function pg_temp.a_series(p_rule text default 'FREQ=DAILY') returns uuid language plpgsql as $$
declare
  v_id uuid;
begin
  delete from sms_messages;
  delete from queue_jobs;
  select queue_sms_message(id, null, 'hello', p_scheduled_for => '2040-05-01 12:00+00', p_recurrence_pattern => p_rule) into v_id from reader;
  perform change_sms_occurrence(v_id, '2040-05-02 12:00+00', 'other words');
  perform tick('2040-05-01 11:57+00');
  return v_id;
end;
$$;
create function pg_temp.told() returns setof text language sql as $$
  select text.occurrence::date || ' ' || text.status || coalesce(': ' || text.cancel_reason, '') || coalesce(', job ' || job.status, '')
  from sms_messages as text
  left join queue_jobs as job on job.id = text.queue_job_id
  where text.occurrence is not null
  order by text.occurrence;
$$;

select from pg_temp.a_series();
select results_eq(
  'select pg_temp.told()', $$values ('2040-05-01 queued, job pending'), ('2040-05-02 scheduled')$$, 'one is queued, one waits'
);
update sms_messages set status = 'cancelled', cancel_reason = 'no more of it' where recurrence_pattern is not null;
select results_eq(
  'select pg_temp.told()',
  $$values ('2040-05-01 cancelled: no more of it, job cancelled'), ('2040-05-02 cancelled: no more of it')$$,
  'a plain update of the series ends both, with its reason'
);
select is((select count(*) from claim_sms('a sender', p_now => '2040-05-03 12:00+00')), 0::bigint, 'nothing goes');

select from pg_temp.a_series();
update sms_messages set status = 'cancelled' where recurrence_pattern is not null;
select results_eq(
  'select pg_temp.told()',
  $$values ('2040-05-01 cancelled: its series was cancelled, job cancelled'), ('2040-05-02 cancelled: its series was cancelled')$$,
  'and without a reason says what it was'
);

select from pg_temp.a_series();
delete from sms_messages where recurrence_pattern is not null;
select results_eq(
  'select pg_temp.told()',
  $$values ('2040-05-01 cancelled: its series was deleted, job pending'), ('2040-05-02 cancelled: its series was deleted')$$,
  'deleting it ends both'
);
select from claim_sms('a sender', p_now => '2040-05-01 12:00+00');
select results_eq('select status::text from queue_jobs', $$values ('cancelled')$$, 'and the job finds that nothing waits for it');
select from pg_temp.a_series();
delete from users where id = (select id from reader);
select is((select count(*) from sms_messages), 0::bigint, 'a user who is deleted takes all of it along');
truncate reader;
insert into reader select a_user_with_phone('+12025550124');
update user_sms_preferences set timezone = 'UTC';

select from pg_temp.a_series();
select from claim_sms('a sender', p_now => '2040-05-01 12:00+00');
update sms_messages set status = 'cancelled' where recurrence_pattern is not null;
select results_eq(
  'select pg_temp.told()',
  $$values ('2040-05-01 sending, job processing'), ('2040-05-02 cancelled: its series was cancelled')$$, 'what is under way stays so'
);

-- It ends of itself.
select from pg_temp.a_series('FREQ=DAILY;COUNT=2');
select from tick('2040-05-02 11:57+00');
select results_eq(
  'select status::text from sms_messages where recurrence_pattern is not null', $$values ('cancelled')$$, 'a series has come to its end'
);
select results_eq(
  'select pg_temp.told()', $$values ('2040-05-01 queued, job pending'), ('2040-05-02 queued, job pending')$$, 'and its last ones go'
);
select from pg_temp.a_series();
update sms_messages set recurrence_ends = '2040-05-02 18:00+00' where recurrence_pattern is not null;
select results_eq(
  'select pg_temp.told()', $$values ('2040-05-01 queued, job pending'), ('2040-05-02 scheduled')$$, 'an end keeps what is before it'
);
select from pg_temp.a_series();
update sms_messages set recurrence_ends = '2040-05-01 18:00+00' where recurrence_pattern is not null;
select results_eq(
  'select pg_temp.told()', $$values ('2040-05-01 queued, job pending'), ('2040-05-02 cancelled: its series ends before it')$$, 'and ends what is after it'
);

select * from finish();
rollback;
