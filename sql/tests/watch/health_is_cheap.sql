-- A monitor asks every few seconds, also of a million rows: each question is answered by an index.
begin;
select plan(3);

insert into users (id) select gen_random_uuid() from generate_series(1, 20);
insert into queue_jobs (user_id, job_type, scheduled_for, status, completed_at)
select id, 'other', now() - interval '2 days', 'pending', null from users, generate_series(1, 200);
update queue_jobs set status = 'cancelled';
insert into queue_jobs (user_id, job_type, scheduled_for) select id, 'other', now() + interval '3 days' from users, generate_series(1, 200);
analyze queue_jobs;
set local enable_seqscan = off;

-- Plans inside a function show by what the statistics count.
create function pg_temp.scans(p_table regclass, out by_sequence bigint, out by_index bigint) language sql as $$
  select pg_stat_get_xact_numscans(p_table), sum(pg_stat_get_xact_numscans(indexrelid)) from pg_index where indrelid = p_table
$$;
create temporary table before on commit drop as
select name, scans.* from unnest(array['queue_jobs', 'sms_messages', 'herald.sms_attempts', 'herald.inbound_sms', 'herald.sms_status_log']) as name, pg_temp.scans(name::regclass) as scans;
select is((select count(*) from herald.check_health(now())), 12::bigint, 'the twelve are asked');
select is_empty(
  'select name from before, pg_temp.scans(name::regclass) as now where now.by_sequence > before.by_sequence', 'no large table is read from end to end'
);
select ok((select now.by_index - before.by_index >= 20 from before, pg_temp.scans('queue_jobs') as now where name = 'queue_jobs'), 'indexes are asked instead');

select * from finish();
rollback;
