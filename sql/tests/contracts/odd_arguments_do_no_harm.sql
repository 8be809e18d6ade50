-- An instant that is null means now, a wait or a rate without measure is refused, a key or an id that is too long gets an
-- error that says so, and no error repeats a number, however it is written.
begin;
select plan(47);

create temporary table it on commit drop as select a_user_with_phone('+12025550191') as user_id, a_queued_text() as message_id;
create function pg_temp.refusal(p_statement text) returns text language plpgsql as $$
declare
  v_said text;
  v_hint text;
begin
  execute p_statement;
  return 'nothing';
exception when others then
  get stacked diagnostics v_said = message_text, v_hint = pg_exception_hint;
  return concat_ws(' ', sqlstate, v_said, v_hint);
end $$;

-- Null for now.
select is((tick(null) ->> 'busy')::boolean, false, 'tick() at null is a tick');
select is((select last_ticked_at from herald.ticks), now(), 'of now');
update user_sms_preferences set daily_sms_limit = 1;
select is((select allowed from check_and_increment_sms_daily_limit(user_id, p_now => null)), true, 'a text at null counts') from it;
select is((select allowed from check_and_increment_sms_daily_limit(user_id, p_now => null)), false, 'and the limit holds') from it;
select is((select daily_count_reset_at from user_sms_preferences where user_id = it.user_id), now(), 'of today') from it;
select is((select (allowed, current_count)::text from check_and_increment_sms_daily_limit(user_id, 2147483647)), '(f,1)', 'an increment without measure is too many') from it;
create temporary table claim on commit drop as select * from claim_sms('a sender', p_now => null);
select is((select count(*) from claim), 1::bigint, 'a claim at null is one of now');
select is((select count(*) from claim, extend_leases(array[job_id], array[processing_token], p_now => null)), 1::bigint, 'so is a heartbeat');
select is((select lease_expires_at from queue_jobs where id = (select job_id from claim)), now() + interval '2 minutes', 'which extends the lease');
select is((select array_agg(recorded) from record_sms_results((
  select jsonb_agg(jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 400)) from claim
), null)), '{t}', 'a result at null is recorded');
select is((select finished_at from herald.sms_attempts), now(), 'as of now');
select is((select redrive_sms(message_id, null) from it), true, 'a redrive at null');
select is((select scheduled_for from queue_jobs where id = (select job_id from claim)), now(), 'is one of now');
select is((select count(*) from claim_pending_jobs('{send_sms}', p_now => null)), 1::bigint, 'and so on: claims of jobs');
select is((select count(*) from queue_jobs as job, hand_back_jobs(array[job.id], array[job.processing_token], null) where status = 'processing'), 1::bigint, 'handing back');
select is((select redrive_queue_job(gen_random_uuid(), null)), false, 'redriving a job');
select is(record_twilio_status(null, 'SM x', 'sent', p_now => null), false, 'a report');
select is((select first_received_at from herald.sms_status_log), now(), 'which is of now');
select is((select resolve_sms_in_doubt(message_id, false, p_now => null) from it), false, 'resolving');
select is((select count(*) from hand_back_unseen_sms('a runner', '{}', null)), 0::bigint, 'and what was never seen');

-- Waits and rates.
select throws_ok(
  format('select fail_queue_job(%L, %L, true, %L, %L)', gen_random_uuid(), 'away', gen_random_uuid(), wait), '22023', null, wait || ' is no wait'
) from unnest(array['-1 second', '-5 years', '367 days', '200000 years']) as wait;
select throws_ok(format('select herald.register_sender(%L, %s)', 'a sender', rate), '22023', null, rate || ' is no rate')
from unnest(array['0', '-1', '1e-300', '0.0009', '''NaN''', '''Infinity''']) as rate;
select lives_ok($$select herald.register_sender('a sender', 0.001)$$, 'a text in a quarter of an hour is one');

-- Too long.
select matches(pg_temp.refusal(statement), '^22023 p_\w+ has 256 characters.*255.*shorter', what)
from (values
  ('an idempotency key of a text', 'select queue_sms_message(user_id, null, ''x'', p_idempotency_key => repeat(''k'', 256)) from it'),
  ('an idempotency key of an event', 'select emit_notification_event(''task.due_soon'', p_idempotency_key => repeat(''k'', 256))'),
  ('a key of a job', 'select add_queue_job(user_id, ''other'', ''{}'', p_dedup_key => repeat(''k'', 256)) from it')
) as long (what, statement);
select lives_ok($$select add_queue_job(user_id, 'other', '{}', p_dedup_key => repeat('k', 255)) from it$$, 'a key may have 255 characters');
select matches(pg_temp.refusal(statement), '^22023 p_\w+_sid or p_\w+_status has more than 64', what)
from (values
  ('a SID', 'select record_twilio_status(null, repeat(''x'', 65), ''sent'')'),
  ('a SID of the field''s call', 'select update_sms_status_atomic(gen_random_uuid(), repeat(''x'', 20000), ''sent'', ''sent'')'), ('a status', 'select record_twilio_status(null, ''SM'', repeat(''x'', 20000))')
) as long (what, statement);

-- Nobody's number in an error.
select unalike(replace(pg_temp.refusal(format('select queue_sms_message(user_id, %L, ''x'') from it', number)), '+12025550123', ''), '%555%', number || ' is not repeated')
from unnest(array['+1 (202) 555-0198', '202-555-0198', '+1 202 555 0198', '5550-198', '2.0.2.5.5.5.0.1.9.8']) as number;
select matches(pg_temp.refusal('update user_sms_preferences set phone_number = ''+1 202 555 0198'''), '\+1•••••0198', 'its ends tell which one it was');
select add_queue_job(user_id, 'other', '{}', p_dedup_key => 'call +12025550198') from it;
select unalike(pg_temp.refusal('select add_queue_job(user_id, ''other'', ''{"a": 1}'', p_dedup_key => ''call +12025550198'') from it'), '%5550198%', 'nor a number in a key');

-- A template that runs over.
insert into sms_templates (template_key, name, message_template, max_length) values ('over', 'over', '{{a}}', 20);
select alike(pg_temp.refusal($$select render_sms_template('over', jsonb_build_object('a', repeat('x', 161)))$$), '%161 characters (2 segments)%20%', 'what is too long is counted');
select alike(pg_temp.refusal($$select render_sms_template('over', jsonb_build_object('a', repeat('x', 1601)))$$), '%1601 characters, and%20%', 'but not what nobody sends');

select * from finish();
rollback;
