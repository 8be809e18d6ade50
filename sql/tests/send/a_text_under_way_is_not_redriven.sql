-- While a runner has still to say what came of a request, the text is not sent again, whatever its status says.
begin;
select plan(12);

create temporary table texts on commit drop as select what, a_queued_text(what) as id from unnest(array['update', 'report', 'other job']) as what;
create function pg_temp.text_of(p_what text) returns sms_messages language sql as $$
  select message from sms_messages as message where id = (select id from texts where what = p_what)
$$;
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => now() + interval '1 second');
create function pg_temp.told(p_what text, p_sid text) returns text language sql as $$
  select recorded || ' ' || outcome
  from record_sms_results((
    select jsonb_agg(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'sid', p_sid, 'http_status', 201))
    from claim where message_content = p_what
  ))
$$;

update sms_messages set status = 'failed' where message_content = 'update';
select is((select updated_sms from update_sms_status_atomic((pg_temp.text_of('report')).id, null, 'failed', 'failed')), true, 'a report without SID says that one has failed');
select is(redrive_sms(id), false, what || ': it is not redriven under a living lease') from texts where what <> 'other job';
update sms_messages set status = 'queued' where message_content = 'update';
select is_empty($$select from claim_sms('a sender', p_now => now() + interval '1 second')$$, 'nor by a plain update');
select is(pg_temp.told('update', 'SM 1'), 'true accepted', 'the runner''s word is taken');
select is((pg_temp.text_of('update')).status, 'sent', 'and one text has gone');
select is(pg_temp.told('report', 'SM 2'), 'true accepted', 'also where the report was first');
select is(((pg_temp.text_of('report')).status, (pg_temp.text_of('report')).twilio_sid)::text, '(failed,"SM 2")', 'it has failed, under its SID');
select is(redrive_sms((pg_temp.text_of('report')).id), true, 'and can be redriven now');

-- A job that has failed, of a text that has another one by now.
create temporary table old_job on commit drop as select (pg_temp.text_of('other job')).queue_job_id as id;
update sms_messages set queue_job_id = null where message_content = 'other job';
update queue_jobs set status = 'failed' where id = (select id from old_job);
select is((select redrive_queue_job(id) from old_job), false, 'a failed job does not come back while its text is under way by another');
select is((pg_temp.text_of('other job')).status, 'sending', 'the text stays as it is');
select is((select status::text from queue_jobs where id = (select id from old_job)), 'failed', 'and so does the job');

select * from finish();
rollback;
