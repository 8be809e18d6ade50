-- Of a great many rows, most of them erased or not old enough, nobody reads all: neither a tick that has nothing to erase, nor
-- one that has, nor the erasure of one user.
begin;
select plan(12);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+1202555' || (2000 + number)) as id, number from generate_series(1, 100) as number;
-- Past the guards, which would take long: a text every quarter of an hour, until 2030-05-01; half of them erased.
set local session_replication_role = replica;
create temporary table past on commit drop as
select gen_random_uuid() as id, gen_random_uuid() as event_id, reader.id as user_id, place as number, timestamptz '2030-05-01' - place * interval '15 minutes' as at,
  case when place > 10000 then timestamptz '2030-05-01' end as erased_at
from generate_series(1, 20000) as place
inner join reader on reader.number = 1 + place % 100;
insert into sms_messages (id, user_id, phone_number, message_content, status, created_at, sent_at, delivered_at, words_erased_at, number_erased_at)
select id, user_id, '+12025550123', 'hello', 'delivered', at, at, at, erased_at, erased_at from past;
insert into notification_events (id, event_type, event_source, target_user_id, created_at, redacted_at) select event_id, 'calendar.sync_failed', 'api_action', user_id, at, erased_at from past;
insert into notification_deliveries (id, event_id, recipient_user_id, channel, status, created_at, sent_at, erased_at) select id, event_id, user_id, 'email', 'sent', at, at, erased_at from past;
insert into notification_tracking_links (short_code, message_id, destination_url, created_at, erased_at) select 'a' || number, id, 'https://example.com', at, erased_at from past;
insert into herald.sms_status_log (message_id, twilio_sid, twilio_status, parameters, first_received_at, last_received_at)
select id, 'SM' || number, 'sent', case when erased_at is null then '{"a": 1}' else '{}' end::jsonb, at, at from past;
insert into herald.inbound_sms (twilio_sid, number_hash, from_number, words, meaning, received_at, last_received_at)
select 'IN' || number, herald.number_hash('+12025550123'), case when erased_at is null then 'x' end, case when erased_at is null then 'x' end, 'other', at, at from past;
insert into herald.suppressed_numbers (number_hash, phone_number, reason, source, suppressed_at)
select sha256(number::text::bytea), case when erased_at is null then 'x' end, 'x', 'inbound', at from past;
insert into herald.consent_log (number_hash, phone_number, change, source, recorded_at) select sha256(number::text::bytea), case when erased_at is null then 'x' end, 'opted_out', 'inbound', at from past;
insert into queue_jobs (user_id, job_type, status, created_at, completed_at) select user_id, 'other', 'completed', at, at from past;
set local session_replication_role = origin;
update herald.retention set keep = '300 days';
analyze;

-- How many rows a command reads in their order on the disk, of tables that are large.
create function pg_temp.read_by(p_command text) returns bigint language plpgsql as $$
declare
  v_large constant text[] := '{sms_messages, notification_events, notification_deliveries, notification_tracking_links, sms_status_log, inbound_sms,
    suppressed_numbers, consent_log, queue_jobs}';
  v_before constant bigint := (select sum(seq_tup_read) from pg_stat_xact_user_tables where relname = any (v_large));
begin
  execute p_command;
  return (select sum(seq_tup_read) from pg_stat_xact_user_tables where relname = any (v_large)) - v_before;
end $$;

select is(pg_temp.read_by($$select from apply_retention(p_now => '2030-05-01')$$), 0::bigint, 'a tick that has nothing to erase');
update herald.retention set keep = '30 days';
select is(pg_temp.read_by(format('select from apply_retention(%L, 20, %L)', policy, '2030-05-01')), 0::bigint, policy || ': one that has')
from herald.retention;
select is(pg_temp.read_by(format('select from erase_user(%L, 20, %L)', id, '2030-05-01')), 0::bigint, 'the erasure of a user') from reader where number = 7;

select * from finish();
rollback;
