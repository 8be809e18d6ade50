-- Windows of the law are rows: by prefix and category, on the recipient's clock or on one of their own; of several that
-- match, all hold. The one that is shipped is off.
begin;
select plan(23);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'America/New_York', marketing_enabled = true;
create function pg_temp.verdict(p_at timestamptz, p_category text default 'marketing', p_phone_number text default '+12025550123') returns text language sql as $$
  select verdict || coalesce(' until ' || (until at time zone 'UTC'), '')
  from herald.decide_sms(
    array(
      select jsonb_populate_record(
        null::sms_messages,
        jsonb_build_object('user_id', id, 'status', 'pending', 'phone_number', p_phone_number, 'category', p_category)
      )
      from reader
    ),
    array[p_at]
  )
  where gate = 'legal_window';
$$;

select results_eq(
  'select phone_prefix, category, opens, closes, timezone, is_active from herald.legal_windows',
  $$values ('+1', 'marketing', time '08:00', time '21:00', null::text, false)$$,
  'one comes along: marketing to the United States, from eight to nine, switched off'
);
select is(pg_temp.verdict('2040-01-15 05:00+00'), 'pass', 'switched off, it stops nothing at midnight');
update herald.legal_windows set is_active = true;

-- New York is five hours behind in January.
select is(pg_temp.verdict(at::timestamptz), answer, sentence)
from (
  values
    ('2040-01-15 12:59:59+00', 'defer until 2040-01-15 13:00:00', 'a second before eight'),
    ('2040-01-15 13:00+00', 'pass until 2040-01-16 02:00:00', 'eight'),
    ('2040-01-16 01:59:50+00', 'pass until 2040-01-16 02:00:00', 'ten seconds before nine'),
    ('2040-01-16 01:59:51+00', 'defer until 2040-01-16 13:00:00', 'nine seconds before it'),
    ('2040-01-16 02:00+00', 'defer until 2040-01-16 13:00:00', 'nine in the evening'),
    ('2040-01-16 05:00+00', 'defer until 2040-01-16 13:00:00', 'midnight'),
    ('2040-07-15 12:00+00', 'pass until 2040-07-16 01:00:00', 'eight in summer')
) as given (at, answer, sentence);
select is(pg_temp.verdict('2040-01-15 05:00+00', null), 'pass', 'a transactional text is not meant');
select is(pg_temp.verdict('2040-01-15 05:00+00', 'task_reminder'), 'pass', 'nor one of another category');
select is(pg_temp.verdict('2040-01-15 05:00+00', p_phone_number => '+442079460123'), 'pass', 'nor a number of another country');
select is(
  (
    select evidence
    from explain_sms(p_user_id => (select id from reader), p_category => 'marketing', p_at => '2040-01-15 12:00+00')
    where gate = 'legal_window'
  ),
  'closed until 2040-01-15 13:00:00 UTC: United States, 47 CFR 64.1200(c)(1): no solicitation before 8 a.m. or after 9 p.m. at the called party''s location',
  'the evidence says where it stands'
);
select is(
  (
    select evidence
    from explain_sms(p_user_id => (select id from reader), p_category => 'marketing', p_at => '2040-01-15 15:00+00')
    where gate = 'legal_window'
  ),
  'open until 2040-01-16 02:00:00 UTC: United States, 47 CFR 64.1200(c)(1): no solicitation before 8 a.m. or after 9 p.m. at the called party''s location',
  'also while it is open'
);

-- A state within the country, on a clock of its own, for all texts: Hawaii is ten hours behind.
insert into herald.legal_windows (phone_prefix, opens, closes, timezone, is_active, source)
values ('+1202', '10:00', '20:00', 'Pacific/Honolulu', true, 'the State');
select is(pg_temp.verdict(at::timestamptz, category), answer, sentence)
from (
  values
    ('2040-01-15 05:59+00', null, 'pass until 2040-01-15 06:00:00', 'a window for all categories, on its own clock: open'),
    ('2040-01-15 06:00+00', null, 'defer until 2040-01-15 20:00:00', 'closed'),
    ('2040-01-15 05:59+00', 'marketing', 'defer until 2040-01-15 20:00:00', 'two windows, one of them closed, and the other by the time that it opens'),
    ('2040-01-15 14:00+00', 'marketing', 'defer until 2040-01-15 20:00:00', 'two windows, the other one closed'),
    ('2040-01-15 08:00+00', 'marketing', 'defer until 2040-01-15 20:00:00', 'both closed: the later opening'),
    ('2040-01-15 21:00+00', 'marketing', 'pass until 2040-01-16 02:00:00', 'both open: the earlier closing')
) as given (at, category, answer, sentence);

-- Open across midnight, for all numbers there are.
delete from herald.legal_windows;
insert into herald.legal_windows (phone_prefix, opens, closes, timezone, is_active, source) values ('+', '20:00', '04:00', 'UTC', true, 'at night only');
select is(pg_temp.verdict('2040-01-15 23:00+00', null, '+442079460123'), 'pass until 2040-01-16 04:00:00', 'a window may cross midnight');
select is(pg_temp.verdict('2040-01-15 04:00+00', null, '+442079460123'), 'defer until 2040-01-15 20:00:00', 'and close in the morning');

-- The real way of a text.
create temporary table queued on commit drop as
select queue_sms_message(id, '+12025550123', 'an offer', p_scheduled_for => '2040-01-15 12:00+00', p_category => 'marketing') as id from reader;
select from tick('2040-01-15 11:57+00');
select results_eq(
  'select status::text, scheduled_for, defer_reason from sms_messages',
  $$values ('scheduled', '2040-01-15 20:00:00+00'::timestamptz, 'legal_window: closed until 2040-01-15 20:00:00 UTC: at night only')$$,
  'a text waits for the opening, with the reason'
);

select * from finish();
rollback;
