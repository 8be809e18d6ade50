-- Of a great many texts for later nobody reads all: the tick, the limits, and every call about one user, one text or one
-- series find theirs by an index.
begin;
select plan(14);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+1202555' || (1000 + number)) as id, number from generate_series(1, 100) as number;
update user_sms_preferences set timezone = 'UTC', hourly_sms_limit = 1000;
insert into projects (id) select id from reader where number = 1;
-- Past the guards, which would take long: two hundred days of texts, and a series for every tenth of them.
set local session_replication_role = replica;
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, expires_at, recurrence_pattern, recurrence_start, counted_at, project_id)
select
  id, '+12025550123', 'hello', case when day % 3 = 0 then 'sent' else 'scheduled' end::sms_status, at, at + interval '1 day',
  case when day % 10 = 1 then 'FREQ=DAILY' end, case when day % 10 = 1 then at::timestamp end, case when day % 3 = 0 then at - interval '5 years' end,
  case when number = 1 and day % 100 = 2 then id end
from reader
cross join generate_series(1, 200) as day
cross join lateral (select timestamptz '2040-05-01 12:00+00' + day * interval '1 day' + number * interval '1 second' as at) as given;
set local session_replication_role = origin;
analyze sms_messages;

-- How many texts a command reads in their order on the disk.
create function pg_temp.read_by(p_command text) returns bigint language plpgsql as $$
declare
  v_before constant bigint := (select seq_tup_read from pg_stat_xact_user_tables where relname = 'sms_messages');
begin
  execute p_command;
  return (select seq_tup_read from pg_stat_xact_user_tables where relname = 'sms_messages') - v_before;
end $$;
create function pg_temp.of(p_what text) returns uuid language sql as $$
  select id from sms_messages
  where user_id = (select id from reader where number = 7) and status = 'scheduled' and (recurrence_pattern is not null) = (p_what = 'series')
  order by scheduled_for desc limit 1;
$$;

select is(pg_temp.read_by(command), 0::bigint, sentence)
from (
  values
    ($$select herald.recur_series('2040-05-02 12:00+00', false)$$, 'which series are due'),
    ($$select herald.recur_series('2040-05-02 12:00+00', true)$$, 'which routines are due'),
    -- Nothing is: many that were could as well be joined by reading all of so few.
    ($$select herald.promote_due_messages('2040-04-01 12:00+00')$$, 'which texts are due'),
    ($$select herald.count_against_limits(array(select id from reader), '{2035-06-01 12:00+00}', '{true}')$$, 'what went within the hour'),
    (format($$select explain_sms(%L)$$, pg_temp.of('single')), 'why one goes'),
    (format($$select reschedule_sms(%L, '2041-05-01 12:00+00')$$, pg_temp.of('single')), 'one that is moved'),
    (format($$select cancel_sms(%L)$$, pg_temp.of('single')), 'one that is cancelled'),
    (format($$select list_sms_occurrences(%L)$$, pg_temp.of('series')), 'what lies ahead of a series'),
    (format($$select skip_sms_occurrence(%L, %L)$$, pg_temp.of('series'), (select scheduled_for from sms_messages where id = pg_temp.of('series'))), 'an occurrence that is skipped'),
    (format($$select list_scheduled_sms(%L)$$, (select id from reader where number = 9)), 'what is planned for a user'),
    ($$select list_scheduled_sms(p_limit => 10)$$, 'what is planned next'),
    (format($$select cancel_sms_for(%L)$$, (select id from reader where number = 1)), 'a project that is over'),
    (format($$update user_sms_preferences set timezone = 'Asia/Tokyo' where user_id = %L$$, (select id from reader where number = 8)), 'a user who moves'),
    (format($$update user_sms_preferences set morning_kickoff_enabled = true where user_id = %L$$, (select id from reader where number = 6)), 'a routine that is switched on')
) as given (command, sentence);

select * from finish();
rollback;
