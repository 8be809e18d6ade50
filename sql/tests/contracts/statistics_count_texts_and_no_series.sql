-- A series is no text: figures count its occurrences, once each, and neither its plan nor its end.
begin;
select plan(5);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
create temporary table series on commit drop as
select queue_sms_message(id, null, 'hello', p_scheduled_for => '2040-05-01 12:00+00', p_recurrence_pattern => 'FREQ=DAILY;COUNT=3') as id from reader;
create function pg_temp.figures() returns setof text language sql as $$
  select concat_ws(' ', metric_date, scheduled_count, sent_count, cancelled_count) from get_sms_daily_metrics('2040-05-01', '2040-05-03');
$$;

select results_eq('select pg_temp.figures()', $$values ('2040-05-01 0 0 0'), ('2040-05-02 0 0 0'), ('2040-05-03 0 0 0')$$, 'a plan is no text');
select skip_sms_occurrence(id, '2040-05-02 12:00+00') is not null as skipped from series;
update sms_messages set cancelled_at = '2040-05-02 11:00+00' where status = 'cancelled';
select from generate_series(timestamptz '2040-05-01 12:00+00', '2040-05-03 12:00+00', '1 day') as now
cross join lateral tick(now) as ticked
cross join lateral (
  select count(recorded.*)
  from claim_sms('a sender', p_now => now) as claim
  cross join lateral record_sms_results(
    jsonb_build_array(jsonb_build_object('job_id', claim.job_id, 'processing_token', claim.processing_token, 'attempt_id', claim.attempt_id, 'http_status', 201, 'sid', claim.attempt_id)), now
  ) as recorded
) as recorded;
select results_eq(
  'select pg_temp.figures()', $$values ('2040-05-01 1 1 0'), ('2040-05-02 1 0 1'), ('2040-05-03 1 1 0')$$, 'two occurrences have gone, one was skipped'
);
select is((select status::text from sms_messages where id = (select id from series)), 'cancelled', 'the series is over');
select is((select count(*) from sms_messages where status = 'cancelled' and cancelled_at >= '2040-05-03' and cancelled_at < '2040-05-04'), 1::bigint, 'on the third');
select is((select cancelled_count from get_sms_daily_metrics('2040-05-03', '2040-05-03')), 0, 'where no text was cancelled');

select * from finish();
rollback;
