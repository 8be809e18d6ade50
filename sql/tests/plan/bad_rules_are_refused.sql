-- A rule that cannot be followed is refused when it is written, with a word on what is wrong and on what to do.
begin;
select plan(105);

create function pg_temp.refusal(p_rule text) returns text language plpgsql as $$
declare
  v_said text;
  v_hint text;
begin
  perform herald.require_rrule('p_rule', p_rule);
  return 'none';
exception when others then
  get stacked diagnostics v_said = message_text, v_hint = pg_exception_hint;
  return case when v_hint <> '' then v_said end;
end $$;

create temporary table bad on commit drop as
select *
from (
  values
    (null, null), ('', 'it is empty'), ('RRULE:', 'it is empty'), ('  ', 'it is empty'), (E'\u00a0', 'it is empty'),
    ('daily', 'is not a name, an equals sign and a value'), ('FREQ', 'is not a name, an equals sign and a value'),
    ('FREQ=DAILY;', 'is not a name, an equals sign and a value'), (';FREQ=DAILY', 'is not a name, an equals sign and a value'),
    ('FREQ=DAILY;;COUNT=3', 'is not a name, an equals sign and a value'), (' FREQ=DAILY', 'is not a name, an equals sign and a value'),
    ('FREQ = DAILY', 'is not a name, an equals sign and a value'), ('FREQ=DAILY, COUNT=3', 'FREQ cannot be'),
    ('RRULE:RRULE:FREQ=DAILY', 'is not a name, an equals sign and a value'),
    (E'FREQ=DAILY\n', 'FREQ cannot be'), (E'DTSTART:20270101T080000\nRRULE:FREQ=DAILY', 'is not a name, an equals sign and a value'),
    ('INTERVAL=2', 'FREQ is missing'), ('BYDAY=MO;COUNT=3', 'FREQ is missing'),
    ('FREQ=DAILY;FREQ=WEEKLY', 'FREQ is there twice'), ('FREQ=DAILY;COUNT=1;COUNT=1', 'COUNT is there twice'), ('FREQ=DAILY;byhour=1;BYHOUR=2', 'BYHOUR is there twice'),
    ('FREQ=DAILY;X-NAME=1', 'X-NAME is not a part of a rule'), ('FREQ=DAILY;RSCALE=GREGORIAN', 'RSCALE is not a part of a rule'),
    ('FREQ=DAILY;DTSTART=20270101', 'DTSTART is not a part of a rule'), ('FREQ=DAILY;BYEASTER=0', 'BYEASTER is not a part of a rule'),
    ('FREQ=SECONDLY', 'FREQ=SECONDLY is not supported'), ('FREQ=MINUTELY', 'FREQ=MINUTELY is not supported'), ('FREQ=HOURLY;INTERVAL=2', 'FREQ=HOURLY is not supported'),
    ('FREQ=DAILY;BYSECOND=0', 'BYSECOND is not supported'), ('FREQ=YEARLY;BYWEEKNO=20', 'BYWEEKNO is not supported'), ('FREQ=YEARLY;BYYEARDAY=-1', 'BYYEARDAY is not supported'),
    ('FREQ=', 'FREQ cannot be'), ('FREQ=FORTNIGHTLY', 'FREQ cannot be'), ('FREQ=DAILY,WEEKLY', 'FREQ cannot be'), ('FREQ=DAILY=DAILY', 'FREQ cannot be'),
    ('FREQ=DAILY;INTERVAL=0', 'INTERVAL cannot be'), ('FREQ=DAILY;INTERVAL=-1', 'INTERVAL cannot be'), ('FREQ=DAILY;INTERVAL=1.5', 'INTERVAL cannot be'),
    ('FREQ=DAILY;INTERVAL=10000', 'INTERVAL cannot be'), ('FREQ=DAILY;INTERVAL=99999999999999999999', 'INTERVAL cannot be'), ('FREQ=DAILY;INTERVAL=', 'INTERVAL cannot be'),
    ('FREQ=DAILY;COUNT=0', 'COUNT cannot be'), ('FREQ=DAILY;COUNT=-5', 'COUNT cannot be'), ('FREQ=DAILY;COUNT=10000', 'COUNT cannot be'), ('FREQ=DAILY;COUNT=two', 'COUNT cannot be'),
    ('FREQ=DAILY;COUNT=3;UNTIL=20270101', 'COUNT and UNTIL are both there'),
    ('FREQ=DAILY;UNTIL=tomorrow', 'UNTIL cannot be'), ('FREQ=DAILY;UNTIL=2027-01-01', 'UNTIL cannot be'), ('FREQ=DAILY;UNTIL=20270101T08', 'UNTIL cannot be'),
    ('FREQ=DAILY;UNTIL=20270101Z', 'UNTIL cannot be'), ('FREQ=DAILY;UNTIL=20270101T080000+0100', 'UNTIL cannot be'), ('FREQ=DAILY;UNTIL=20270229', 'UNTIL cannot be'),
    ('FREQ=DAILY;UNTIL=20271301', 'UNTIL cannot be'), ('FREQ=DAILY;UNTIL=00000101', 'UNTIL cannot be'), ('FREQ=DAILY;UNTIL=20270101T250000', 'UNTIL cannot be'), ('FREQ=DAILY;UNTIL=20270101T086000Z', 'UNTIL cannot be'),
    ('FREQ=DAILY;BYMONTH=0', 'BYMONTH cannot be'), ('FREQ=DAILY;BYMONTH=13', 'BYMONTH cannot be'), ('FREQ=DAILY;BYMONTH=-1', 'BYMONTH cannot be'), ('FREQ=DAILY;BYMONTH=1,,2', 'BYMONTH cannot be'), ('FREQ=DAILY;BYMONTH=1,', 'BYMONTH cannot be'),
    ('FREQ=MONTHLY;BYMONTHDAY=0', 'BYMONTHDAY cannot be'), ('FREQ=MONTHLY;BYMONTHDAY=32', 'BYMONTHDAY cannot be'), ('FREQ=MONTHLY;BYMONTHDAY=-32', 'BYMONTHDAY cannot be'), ('FREQ=WEEKLY;BYMONTHDAY=1', 'BYMONTHDAY does not go with FREQ=WEEKLY'),
    ('FREQ=WEEKLY;BYDAY=MONDAY', 'BYDAY cannot be'), ('FREQ=WEEKLY;BYDAY=', 'BYDAY cannot be'), ('FREQ=MONTHLY;BYDAY=0MO', 'BYDAY cannot be'), ('FREQ=YEARLY;BYDAY=54MO', 'BYDAY cannot be'), ('FREQ=MONTHLY;BYDAY=1', 'BYDAY cannot be'),
    ('FREQ=MONTHLY;BYDAY=MO(1)', 'BYDAY cannot be'), ('FREQ=WEEKLY;BYDAY=1MO', 'BYDAY has an ordinal, which does not go with FREQ=WEEKLY'), ('FREQ=DAILY;BYDAY=MO,-1FR', 'BYDAY has an ordinal, which does not go with FREQ=DAILY'),
    ('FREQ=MONTHLY;BYDAY=6MO', 'BYDAY has an ordinal over 5'), ('FREQ=YEARLY;BYMONTH=2;BYDAY=MO,-10TU', 'BYDAY has an ordinal over 5'),
    ('FREQ=DAILY;BYHOUR=24', 'BYHOUR cannot be'), ('FREQ=DAILY;BYHOUR=-1', 'BYHOUR cannot be'), ('FREQ=DAILY;BYMINUTE=60', 'BYMINUTE cannot be'), ('FREQ=DAILY;BYMINUTE=x', 'BYMINUTE cannot be'),
    ('FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0', 'BYSETPOS cannot be'), ('FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367', 'BYSETPOS cannot be'), ('FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-367', 'BYSETPOS cannot be'),
    ('FREQ=MONTHLY;BYSETPOS=1', 'BYSETPOS has no other BY part'), ('FREQ=DAILY;WKST=1', 'WKST cannot be'), ('FREQ=DAILY;WKST=MO,TU', 'WKST cannot be'), ('FREQ=DAILY;BYHOUR=٣', 'BYHOUR cannot be')
) as given (rule, wrong);

select is(
  pg_temp.refusal(rule) like 'p_rule is not a recurrence rule: ' || coalesce('%' || wrong || '%', 'null'), true,
  coalesce(to_json(rule)::text, 'null') || coalesce(': ' || wrong, '')
) from bad;
select is_empty(
  $$select rule, pg_temp.refusal(rule) from bad where rule is not null and pg_temp.refusal(rule) not like '%: ' || quote_literal(rule) || ', %'$$,
  'each is told with the rule as it was given'
);
select throws_ok($$select herald.require_rrule('p_rule', 'FREQ=DAILY;INTERVAL=0')$$, '22023', null, 'a bad rule is an invalid argument');
select throws_ok($$select herald.require_rrule('p_rule', null)$$, '22004', 'p_rule is not a recurrence rule: null', 'none at all is a null');
select throws_ok($$select herald.occurrences('FREQ=DAILY;INTERVAL=0', '2027-01-01', 'UTC')$$, '22023', null, 'it is not followed, either');
select throws_ok($$select herald.occurrences(null, '2027-01-01', 'UTC')$$, '22004', null, 'nor is none');
select throws_ok($$select herald.occurrences('FREQ=DAILY', '2027-01-01', 'Europe/Atlantis', p_limit => 0)$$, '22023', null, 'nor is one where there is no such place');
select is(
  pg_temp.refusal('FREQ=DAILY;' || repeat('X', 200)),
  format('p_rule is not a recurrence rule: %L, %L is not a name, an equals sign and a value', 'FREQ=DAILY;' || repeat('X', 69), repeat('X', 20)),
  'a long one is told in its first 80 characters'
);

-- And what looks odd and is right.
select lives_ok(format('select herald.require_rrule(%L, %L)', 'p_rule', rule), rule)
from unnest(array[
  'FREQ=DAILY', 'rrule:freq=daily', 'COUNT=3;FREQ=DAILY', 'FREQ=DAILY;INTERVAL=01;COUNT=9999', 'FREQ=YEARLY;BYDAY=+53MO,-53SU,mo', 'FREQ=MONTHLY;BYDAY=05MO,-5MO',
  'FREQ=DAILY;BYSETPOS=366,-366,+1;BYMINUTE=0', 'FREQ=DAILY;BYHOUR=0,23,00;BYMINUTE=59,0', 'FREQ=DAILY;UNTIL=20280229', 'FREQ=DAILY;UNTIL=99991231T235959Z', 'FREQ=DAILY;UNTIL=20161231T235960Z', 'FREQ=YEARLY;BYMONTH=02;BYMONTHDAY=30'
]) as rule;

select * from finish();
rollback;
