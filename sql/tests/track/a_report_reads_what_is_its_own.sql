-- A session that has planned its statements beside tables with nothing in them goes on by these plans. A report reads
-- its own text, attempt and job, however many there are by then.
begin;
select plan(4);

create function pg_temp.texts(p_first integer, p_last integer) returns void language plpgsql as $$
begin
  set local session_replication_role = replica;
  insert into users (id) select md5('user' || n)::uuid from generate_series(p_first, p_last) as n;
  insert into user_sms_preferences (user_id, phone_number, phone_verified)
  select md5('user' || n)::uuid, '+1203' || (1000000 + n), true from generate_series(p_first, p_last) as n;
  insert into queue_jobs (id, user_id, job_type, status, attempts, started_at, processing_token)
  select md5('job' || n)::uuid, md5('user' || n)::uuid, 'send_sms', 'processing', 1, now(), gen_random_uuid() from generate_series(p_first, p_last) as n;
  insert into sms_messages (id, user_id, phone_number, message_content, status, queue_job_id)
  select md5('text' || n)::uuid, md5('user' || n)::uuid, '+1203' || (1000000 + n), 'hello', 'sending', md5('job' || n)::uuid
  from generate_series(p_first, p_last) as n;
  insert into herald.sms_attempts (id, message_id, job_id, attempt, started_at)
  select md5('attempt' || n)::uuid, md5('text' || n)::uuid, md5('job' || n)::uuid, 1, now() from generate_series(p_first, p_last) as n;
  insert into herald.sms_status_log (twilio_sid, twilio_status, first_received_at, last_received_at)
  select 'SMelse' || n, 'sent', now(), now() from generate_series(p_first, p_last) as n;
  set local session_replication_role = origin;
end $$;

-- Pages, and no rows: the statistics of what has been emptied.
select from (select pg_temp.texts(1, 10)) as made;
set local session_replication_role = replica;
delete from herald.sms_status_log;
delete from herald.sms_attempts;
delete from sms_messages;
delete from queue_jobs;
delete from user_sms_preferences;
delete from users;
set local session_replication_role = origin;
analyze;

create function pg_temp.report(p_number integer, p_status text) returns void language sql as $$
  select from record_twilio_status(md5('attempt' || p_number)::uuid, 'SM' || p_number, p_status)
$$;
create function pg_temp.doubt(p_number integer) returns void language sql as $$
  update herald.sms_attempts set outcome = 'unknown' where id = md5('attempt' || p_number)::uuid
$$;
select from (select pg_temp.texts(11, 20)) as made;
do $$
begin
  for v_number in 11..19 loop
    perform pg_temp.doubt(v_number);
    perform pg_temp.report(v_number, 'sent');
    perform pg_temp.report(v_number, 'delivered');
    perform herald.place_early_reports(array['SM' || v_number], now());
  end loop;
end $$;
select from (select pg_temp.texts(21, 2000)) as made;

select cmp_ok(tests.read_by('select pg_temp.doubt(100)'), '<', 100::bigint, 'one that proves nothing');
select cmp_ok(tests.read_by($$select pg_temp.report(100, 'sent')$$), '<', 200::bigint, 'a report by its attempt');
select cmp_ok(tests.read_by($$select pg_temp.report(100, 'delivered')$$), '<', 200::bigint, 'a report by its SID');
select cmp_ok(tests.read_by($$select herald.place_early_reports(array['SM100'], now())$$), '<', 100::bigint, 'a look for reports that came early');

select * from finish();
rollback;
