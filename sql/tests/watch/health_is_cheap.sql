-- A monitor asks every few seconds, also of a million rows: each question is answered by an index, from a few of its rows.
begin;
select plan(3);

insert into users (id) select gen_random_uuid() from generate_series(1, 20);
-- Twelve thousand that ended long ago, as many that are not due for days, and as many that are.
-- Without the guards: what they leave behind of a row that was changed would be read as well, until a vacuum.
set local session_replication_role = replica;
insert into queue_jobs (user_id, job_type, status, scheduled_for, completed_at)
select id, 'other', 'cancelled', now() - interval '2 days', now() - interval '1 day' from users, generate_series(1, 600);
set local session_replication_role = origin;
insert into queue_jobs (user_id, job_type, scheduled_for) select id, 'other', now() + interval '3 days' from users, generate_series(1, 600);
insert into queue_jobs (user_id, job_type, scheduled_for) select id, 'send_email', now() - interval '1 minute' from users, generate_series(1, 600);
analyze queue_jobs;
-- So few rows would be sorted sooner than walked in order.
set local enable_seqscan = off;
set local enable_bitmapscan = off;

-- Plans inside a function show by what the statistics count.
create function pg_temp.scans(p_table regclass, out by_sequence bigint, out from_indexes bigint) language sql as $$
  select pg_stat_get_xact_numscans(p_table), sum(pg_stat_get_xact_tuples_returned(indexrelid)) from pg_index where indrelid = p_table
$$;
create temporary table before on commit drop as
select name, scans.* from unnest(array['queue_jobs', 'sms_messages', 'herald.sms_attempts', 'herald.inbound_sms', 'herald.sms_status_log']) as name, pg_temp.scans(name::regclass) as scans;
select is((select count(*) from herald.check_health(now())), 12::bigint, 'the twelve are asked');
select is_empty(
  'select name from before, pg_temp.scans(name::regclass) as now where now.by_sequence > before.by_sequence', 'no large table is read from end to end'
);
select cmp_ok(
  (select now.from_indexes - before.from_indexes from before, pg_temp.scans('queue_jobs') as now where name = 'queue_jobs'), '<', 3000::bigint,
  'of thirty-six thousand jobs some hundreds are looked at for each type'
);

select * from finish();
rollback;
