-- Every call by named arguments, as PostgREST makes it, with every value of every enum (F04, F07).
begin;
select plan(55);

create temporary table who on commit drop as select tests.a_user_with_phone('+12025550160') as id;

select lives_ok(
  format('select add_queue_job(p_user_id => %L, p_job_type => %L, p_metadata => %L, p_dedup_key => %L)', id, kind, '{"a": 1}', kind),
  kind || ' can be added'
) from who, unnest(enum_range(null::queue_type)::text[]) as kind where kind <> 'send_sms';
select lives_ok(
  format('select * from claim_pending_jobs(p_job_types => array[%L], p_batch_size => 1)', kind), kind || ' can be claimed'
) from unnest(enum_range(null::queue_type)::text[]) as kind;
select lives_ok(
  format('select * from cancel_jobs_atomic(p_user_id => %L, p_job_type => %L, p_allowed_statuses => array[%L])', id, 'other', status),
  status || ' can be named in a cancellation'
) from who, unnest(enum_range(null::queue_status)::text[]) as status;
select lives_ok(
  format('select queue_sms_message(p_user_id => %L, p_phone_number => %L, p_message => %L, p_priority => %L)', id, '+12025550160', 'x', priority),
  priority || ' is a priority of a text'
) from who, unnest(enum_range(null::sms_priority)::text[]) as priority;
select lives_ok(
  format('select * from get_scheduled_sms_for_user(p_user_id => %L, p_status => %L)', id, status), status || ' can be listed'
) from who, unnest(enum_range(null::sms_status)::text[]) as status;
create temporary table texts on commit drop as select tests.a_text('sent') as id;
select lives_ok(
  format(
    'select * from update_sms_status_atomic(p_message_id => %L, p_twilio_sid => %L, p_twilio_status => %L, p_mapped_status => %L)',
    id, 'SM160', word, word
  ), word || ' is taken as a status'
) from texts, unnest(array['queued', 'sent', 'delivered', 'canceled', 'nonsense']) as word;
select lives_ok($$select reset_stalled_jobs(p_stall_timeout => '10 minutes', p_include_job_types => array['other'], p_exclude_job_types => array['send_sms'])$$, 'stalled jobs can be reset');
select lives_ok($$select * from delete_old_completed_queue_jobs(p_retention_days => 1, p_batch_size => 10, p_job_types => array['other'])$$, 'old jobs can be deleted');
select lives_ok($$select cancel_job_with_reason(p_job_id => gen_random_uuid(), p_reason => 'x', p_allow_processing => true)$$, 'a job can be cancelled');
select lives_ok($$select complete_queue_job(p_job_id => gen_random_uuid(), p_result => '{}')$$, 'a completion without a token is no error');
select lives_ok($$select fail_queue_job(p_job_id => gen_random_uuid(), p_error_message => 'x', p_retry => false)$$, 'nor is a failure without one');
select lives_ok($$select * from get_sms_notification_stats(p_interval => '7 days')$$, 'statistics go by an interval');
select throws_ok($$select * from get_sms_notification_stats(p_interval => 'soon')$$, '22023', null, 'and by nothing else');
select throws_ok($$select * from get_sms_daily_metrics(p_start_date => '2027-03-02', p_end_date => '2027-03-01')$$, '22023', null, 'a span begins before it ends');

select * from finish();
rollback;
