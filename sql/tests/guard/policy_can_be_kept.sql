-- What rows of policy name must be there: else a switch would be off for everybody, or a window shut, without a word.
begin;
select plan(9);

select throws_ok(attempt, sqlstate, null, sentence)
from (
  values
    (
      $$insert into herald.legal_windows (phone_prefix, opens, closes, timezone, source) values ('+49', '08:00', '20:00', 'Mars/Olympus', 'x')$$,
      '22023', 'a zone that does not exist'
    ),
    ($$insert into herald.legal_windows (phone_prefix, opens, closes, source) values ('49', '08:00', '20:00', 'x')$$, '23514', 'a prefix without a plus'),
    ($$insert into herald.sms_categories (category, toggle_column) values ('birthday', 'birthdays')$$, '22023', 'a switch that is no column'),
    ($$insert into herald.sms_categories (category, toggle_column) values ('birthday', 'phone_number')$$, '22023', 'or none that can be on or off'),
    ($$update herald.sms_routines set recurrence_pattern = 'FREQ=HOURLY'$$, '22023', 'a rule that cannot be followed'),
    ($$update herald.sms_routines set time_column = 'evening_recap_time'$$, '22023', 'a time that is no column'),
    ($$update herald.sms_routines set time_column = 'timezone'$$, '22023', 'or no time')
) as wrong (attempt, sqlstate, sentence);

select lives_ok(
  $$
    alter table user_sms_preferences add column birthdays boolean default true;
    insert into herald.sms_categories (category, toggle_column) values ('birthday', 'birthdays')
  $$, 'a switch of one''s own'
);
select lives_ok(
  $$insert into herald.legal_windows (phone_prefix, category, opens, closes, timezone, source) values ('+49', 'birthday', '08:00', '20:00', 'Europe/Berlin', 'x')$$,
  'a window of one''s own'
);

select * from finish();
rollback;
