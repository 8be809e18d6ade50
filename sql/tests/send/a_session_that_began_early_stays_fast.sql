-- A runner's session plans its statements when it first makes them, which may be beside empty tables. A claim goes on
-- by them when there are many rows: what it reads for one text is what belongs to the text.
begin;
select plan(1);

create temporary table claim (job_id uuid, processing_token uuid, attempt_id uuid) on commit drop;
create function pg_temp.claim() returns void language sql as $$
  truncate claim;
  insert into claim select job_id, processing_token, attempt_id from claim_sms('a sender', 1, p_now => now() + interval '1 second');
$$;
create function pg_temp.record() returns void language sql as $$
  select from record_sms_results((
    select jsonb_agg(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id,
      'sid', 'SM' || attempt_id, 'http_status', 201
    )) from claim
  ), now() + interval '1 second')
$$;

-- The statistics of empty tables.
analyze;
select from (select a_queued_text(word) from (values ('one'), ('two')) as word (word)) as queued;
do $$ begin perform pg_temp.claim(); perform pg_temp.record(); perform pg_temp.claim(); end $$;

create temporary table reader on commit drop as select gen_random_uuid() as id, number from generate_series(1, 2000) as number;
insert into users (id) select id from reader;
insert into user_sms_preferences (user_id, phone_number, phone_verified) select id, '+1203' || (1000000 + number), true from reader;
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
select id, '+1203' || (1000000 + number), 'later', 'scheduled', now() + interval '1 year' from reader;
insert into queue_jobs (user_id, job_type, scheduled_for) select id, 'other', now() + interval '1 year' from reader;
insert into herald.sms_attempts (message_id, attempt, started_at, finished_at, outcome)
select sms_messages.id, 1, now(), now(), 'not_sent' from sms_messages inner join reader on reader.id = user_id;
insert into herald.suppressed_numbers (number_hash, reason, source, suppressed_at)
select herald.number_hash('+1204' || (1000000 + number)), 'a test', 'team', now() from reader;

select from (select a_queued_text(word) from (values ('three'), ('four')) as word (word)) as queued;
select cmp_ok(tests.read_by('select pg_temp.claim()'), '<', 200::bigint, 'to claim one');

select * from finish();
rollback;
