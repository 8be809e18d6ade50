-- F83: a retry was charged against the limit again. Five attempts of one text are one text of a limit of two.
begin;
select plan(4);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', daily_sms_limit = 2, hourly_sms_limit = 2;
select queue_sms_message(id, null, 'stubborn', p_scheduled_for => '2040-05-01 12:00+00', p_max_attempts => 5) is not null as queued from reader;
select from tick('2040-05-01 11:57+00');
create temporary table tried on commit drop as select null::integer as attempt, false as recorded where false;
do $$
begin
  for v_number in 0..3 loop
    insert into tried
    select attempt, fail_queue_job(job_id, 'away', true, processing_token, '1 minute', '2040-05-01 12:00+00'::timestamptz + v_number * interval '5 minutes')
    from claim_sms('a sender', p_now => '2040-05-01 12:00+00'::timestamptz + v_number * interval '5 minutes');
  end loop;
end $$;
select is((select array_agg(attempt order by attempt) from tried), '{1,2,3,4}', 'four attempts fail');
select is((select daily_sms_count from user_sms_preferences), 0, 'and nothing is charged for them');
select is((select attempt from claim_sms('a sender', p_now => '2040-05-01 12:30+00')), 5, 'the fifth goes');
select queue_sms_message(id, null, 'another', p_scheduled_for => '2040-05-01 12:31+00') is not null as queued from reader;
select from tick('2040-05-01 12:31+00');
select is((select message_content from claim_sms('a sender', p_now => '2040-05-01 12:31+00')), 'another', 'and there is room for the second text');

select * from finish();
rollback;
