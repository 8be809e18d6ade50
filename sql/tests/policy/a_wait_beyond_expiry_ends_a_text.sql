-- A text that would have to wait until it is worth nothing any more ends at once, by what makes it wait.
begin;
select plan(12);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', quiet_hours_start = '22:00', quiet_hours_end = '08:00';
create function pg_temp.verdict(p_gate text, p_expires_at timestamptz) returns text language sql as $$
  select verdict || coalesce(' until ' || (until at time zone 'UTC'), '') || ': ' || evidence
  from herald.decide_sms(
    array(
      select jsonb_populate_record(
        null::sms_messages,
        jsonb_build_object('user_id', id, 'status', 'pending', 'phone_number', '+12025550123', 'expires_at', p_expires_at)
      )
      from reader
    ),
    '{2040-05-01 23:00+00}'
  )
  where gate = p_gate;
$$;

select is(pg_temp.verdict('quiet_hours', expires_at::timestamptz), answer, sentence)
from (
  values
    ('2040-05-02 08:00:01+00', 'defer until 2040-05-02 08:00:00: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC', 'a second is left after the wait'),
    ('2040-05-02 08:00+00', 'block: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC, and it expires at 2040-05-02 08:00:00 UTC', 'nothing is left'),
    (null, 'defer until 2040-05-02 08:00:00: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC', 'what never expires can wait')
) as given (expires_at, answer, sentence);
update user_sms_preferences set daily_sms_limit = 1, daily_sms_count = 1, daily_count_reset_at = '2040-05-01 12:00+00';
select is(
  pg_temp.verdict('limits', '2040-05-01 23:59+00'),
  'block: 1 of 1 texts of the local day are used, and it expires at 2040-05-01 23:59:00 UTC', 'a limit that holds longer than the text'
);
select matches(pg_temp.verdict('limits', '2040-05-02 00:01+00'), '^defer until 2040-05-02 00:00:00: ', 'and one that does not');
update herald.legal_windows set is_active = true, category = null;
select matches(pg_temp.verdict('legal_window', '2040-05-02 08:00+00'), '^block: closed until 2040-05-02 08:00:00 UTC: .*, and it expires at 2040-05-02 08:00:00 UTC$', 'the law''s window');
update herald.legal_windows set is_active = false;
update herald.settings set kill_switch = true;
select is(pg_temp.verdict('kill_switch', '2040-05-01 23:01+00'), 'defer: all sending is switched off', 'nobody knows how long the switch is off: it ends nothing');
update herald.settings set kill_switch = false;

-- At the planning, since nothing can change that: and at the claim, if it came to be since.
update user_sms_preferences set daily_sms_limit = 1000;
create temporary table queued on commit drop as
select words, queue_sms_message(id, '+12025550123', words, p_scheduled_for => at, p_expires_at => until) as id
from reader
cross join (
  values
    ('at night', '2040-05-01 23:00+00'::timestamptz, '2040-05-02 07:00+00'::timestamptz),
    ('in the day', '2040-05-01 12:00+00', '2040-05-01 13:00+00')
) as text (words, at, until);
select from tick('2040-05-01 11:57+00');
select from herald.promote_messages(array(select id from queued where words = 'at night'), '2040-05-01 22:57+00');
select results_eq(
  $$select status::text, cancel_reason, queue_job_id from sms_messages where message_content = 'at night'$$,
  $$values ('cancelled', 'quiet_hours: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC, and it expires at 2040-05-02 07:00:00 UTC', null::uuid)$$,
  'a reminder for the night ends when it is planned'
);
update user_sms_preferences set quiet_hours_start = '11:00';
select is_empty($$select from claim_sms('a sender', p_now => '2040-05-01 12:00+00')$$, 'hours that were changed hold at the claim');
select matches(
  (select status || ' ' || cancel_reason from sms_messages where message_content = 'in the day'),
  '^cancelled quiet_hours: quiet hours 11:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC, and it expires at 2040-05-01 13:00:00 UTC$',
  'and end what cannot wait'
);
select is((select count(*) from queue_jobs where status in ('pending', 'processing', 'retrying')), 0::bigint, 'no job is left');
select is((select daily_sms_count from user_sms_preferences), 1, 'and nothing was counted');

select * from finish();
rollback;
