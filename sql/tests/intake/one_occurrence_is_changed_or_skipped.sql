-- "This one" of a series: other words, another time, or not at all; the others stay as they are.
begin;
select plan(32);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
insert into sms_templates (template_key, name, message_template) values ('greeting', 'a greeting', 'Hello');
create temporary table series on commit drop as
select queue_sms_message(
  reader.id, null, null, 'high', '2040-05-01 12:00+00', '{"a": 1}', 'greeting', p_category => 'urgent_alert', p_expires_at => '2040-05-01 13:00+00', p_recurrence_pattern => 'FREQ=DAILY;COUNT=5'
) as id from reader;
create function pg_temp.told() returns setof text language sql as $$
  select concat_ws(' ', occurrence_at::timestamp, case when scheduled_for <> occurrence_at then scheduled_for::timestamp end, status, message_content, reason)
  from series cross join lateral list_sms_occurrences(id, p_limit => 5) as occurrence;
$$;

select results_eq(
  'select pg_temp.told()',
  $$values ('2040-05-01 12:00:00 planned Hello'), ('2040-05-02 12:00:00 planned Hello'), ('2040-05-03 12:00:00 planned Hello'), ('2040-05-04 12:00:00 planned Hello'), ('2040-05-05 12:00:00 planned Hello')$$,
  'a series lies ahead as its rule says'
);
create temporary table changed on commit drop as
select 'words' as what, change_sms_occurrence(id, '2040-05-02 12:00+00', 'other words') as id from series;
insert into changed select 'time', change_sms_occurrence(id, '2040-05-03 12:00+00', p_scheduled_for => '2040-05-03 15:00+00') from series;
insert into changed select 'skipped', skip_sms_occurrence(id, '2040-05-04 12:00+00', 'a holiday') from series;
select results_eq(
  'select pg_temp.told()',
  $$values ('2040-05-01 12:00:00 planned Hello'), ('2040-05-02 12:00:00 scheduled other words'), ('2040-05-03 12:00:00 2040-05-03 15:00:00 scheduled Hello'), ('2040-05-04 12:00:00 cancelled Hello a holiday'), ('2040-05-05 12:00:00 planned Hello')$$,
  'one has other words, one another time, one is skipped'
);
select results_eq(
  $$select what, scheduled_for, expires_at, template_id is not null, priority::text, metadata, category from changed inner join sms_messages using (id) order by scheduled_for$$,
  $$values
    ('words', '2040-05-02 12:00+00'::timestamptz, '2040-05-02 13:00+00'::timestamptz, false, 'high', '{"a": 1}'::jsonb, 'urgent_alert'),
    ('time', '2040-05-03 15:00+00', '2040-05-03 16:00+00', true, 'high', '{"a": 1}', 'urgent_alert'),
    ('skipped', '2040-05-04 12:00+00', '2040-05-04 13:00+00', true, 'high', '{"a": 1}', 'urgent_alert')
  $$,
  'each is a text with all that the series has'
);
select is((select change_sms_occurrence(series.id, '2040-05-02 12:00+00', 'still other words') from series), (select id from changed where what = 'words'), 'the same one can be changed again');
select is((select change_sms_occurrence(series.id, '2040-05-03 12:00+00', 'other words, too') from series), (select id from changed where what = 'time'), 'one that was moved is still told by its own time');
select results_eq(
  $$select message_content, scheduled_for from changed inner join sms_messages using (id) where what = 'time'$$, $$values ('other words, too', '2040-05-03 15:00+00'::timestamptz)$$, 'and keeps the new one'
);

-- What goes, and when.
create function pg_temp.goes(p_now timestamptz) returns text language sql as $$
  select tick(p_now);
  select string_agg(message_content, ', ') from claim_sms('a sender', p_now => p_now);
$$;
select is(pg_temp.goes('2040-05-01 12:00+00'), 'Hello', 'the first day as ever');
select is(pg_temp.goes('2040-05-02 12:00+00'), 'still other words', 'the second with its words');
select is(pg_temp.goes('2040-05-03 12:00+00'), null, 'the third not at its time');
select is(pg_temp.goes('2040-05-03 15:00+00'), 'other words, too', 'but at the new one');
select is(pg_temp.goes('2040-05-04 12:00+00'), null, 'the fourth not at all');
select is(pg_temp.goes('2040-05-05 12:00+00'), 'Hello', 'the fifth as ever');
select is(pg_temp.goes('2040-05-06 12:00+00'), null, 'what was skipped counts: five are all');
select is((select count(*) from sms_messages where occurrence is not null), 5::bigint, 'each had one text');
select throws_ok(format($$select %s(%L, '2040-05-05 12:00+00'%s)$$, call, id, more), 'SMS01', null, call || ': a series that is over')
from series cross join (values ('skip_sms_occurrence', ''), ('change_sms_occurrence', $$, 'x'$$), ('change_sms_series', $$, 'x'$$)) as given (call, more);

-- What cannot be meant.
delete from sms_messages;
create temporary table other on commit drop as select queue_sms_message(reader.id, null, 'hello', p_scheduled_for => '2040-05-01 12:00+00', p_recurrence_pattern => 'FREQ=DAILY') as id from reader;
create temporary table single on commit drop as select queue_sms_message(reader.id, null, 'hello', p_scheduled_for => '2040-05-01 12:00+00') as id from reader;
select throws_ok(format($$select skip_sms_occurrence(%L, %L)$$, id, at), '22023', null, sentence)
from other
cross join (
  values
    ('2040-05-01 12:00:01+00', 'a second beside an occurrence'), ('2040-04-30 12:00+00', 'before the first'), (null, 'no instant'), ('infinity', 'never'), ('-infinity', 'before all times')
) as given (at, sentence);
select throws_ok(format($$select skip_sms_occurrence(%L, '2040-05-01 12:00+00')$$, id), '22023', null, 'a single text has no occurrences') from single;
select throws_ok($$select skip_sms_occurrence(gen_random_uuid(), '2040-05-01 12:00+00')$$, '23503', null, 'an unknown series');
select throws_ok(format($$select change_sms_occurrence(%L, '2040-05-01 12:00+00')$$, id), '22004', null, 'nothing to change') from other;
select throws_ok(format($$select change_sms_occurrence(%L, '2040-05-01 12:00+00', ' ')$$, id), '22023', null, 'words that say nothing') from other;
select throws_ok(format($$select change_sms_occurrence(%L, '2040-05-01 12:00+00', null, '2020-05-01 12:00+00')$$, id), '22023', null, 'a time long past') from other;
select is((select count(*) from sms_messages where occurrence is not null), 0::bigint, 'an error makes nothing');
select from tick('2040-05-01 11:57+00');
select is(change_sms_occurrence(id, '2040-05-01 12:00+00', 'at the last minute') is not null, true, 'one that has its job can still be changed') from other;
select is((select string_agg(message_content, ', ' order by message_content) from claim_sms('a sender', p_now => '2040-05-01 12:00+00')), 'at the last minute, hello', 'and goes with the new words');
select throws_ok(format($$select skip_sms_occurrence(%L, '2040-05-01 12:00+00')$$, id), 'SMS01', null, 'one that is being sent cannot be skipped') from other;
select throws_ok(format($$select change_sms_occurrence(%L, '2040-05-01 12:00+00', 'x')$$, id), 'SMS01', null, 'nor changed') from other;

select * from finish();
rollback;
