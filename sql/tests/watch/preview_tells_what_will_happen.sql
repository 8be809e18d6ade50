-- What preview_sends tells is what happens when the time comes: the same texts, at the same instants, with the same end.
begin;
select plan(6);
set local timezone = 'UTC';

create temporary table reader on commit drop as
select 'ann' as name, a_user_with_phone('+12025550123') as id union all select 'bob', a_user_with_phone('+12025550124');
-- Summer begins in New York on March 11.
update user_sms_preferences
set timezone = 'America/New_York', quiet_hours_start = '21:00', quiet_hours_end = '08:00', daily_sms_limit = 4, hourly_sms_limit = 2
where user_id = (select id from reader where name = 'ann');
update user_sms_preferences set timezone = 'Asia/Tokyo', daily_sms_limit = 1 where user_id = (select id from reader where name = 'bob');
update herald.legal_windows set is_active = true;
update user_sms_preferences set marketing_enabled = true;

create temporary table planned on commit drop as
select words, queue_sms_message(
  (select id from reader where name = whose), null, words, priority::sms_priority, at::timestamptz, p_category => category, p_expires_at => expires_at::timestamptz,
  p_recurrence_pattern => rule
) as id
from (
  values
    ('nightly', 'ann', 'normal', '2040-03-10 02:30+00', null, null, 'FREQ=DAILY'),
    ('too late', 'ann', 'normal', '2040-03-10 02:40+00', null, '2040-03-10 12:00+00', null),
    ('morning one', 'ann', 'normal', '2040-03-10 14:00+00', null, null, null),
    ('morning two', 'ann', 'high', '2040-03-10 14:01+00', null, null, null),
    ('morning three', 'ann', 'high', '2040-03-10 14:02+00', null, null, null),
    ('same time, low', 'ann', 'low', '2040-03-12 16:00+00', null, null, null),
    ('same time, normal', 'ann', 'normal', '2040-03-12 16:00+00', null, null, null),
    ('same time, high', 'ann', 'high', '2040-03-12 16:00+00', null, null, null),
    ('alarm', 'ann', 'urgent', '2040-03-11 07:00+00', null, null, null),
    ('an offer', 'ann', 'normal', '2040-03-11 02:00+00', 'marketing', '2040-03-13 02:00+00', null),
    ('not wanted', 'ann', 'normal', '2040-03-11 15:00+00', 'next_up', null, null),
    ('day one', 'bob', 'normal', '2040-03-11 01:00+00', null, '2040-03-20 00:00+00', null),
    ('day two', 'bob', 'normal', '2040-03-11 02:00+00', null, '2040-03-20 00:00+00', null),
    ('day three', 'bob', 'normal', '2040-03-11 03:00+00', null, '2040-03-20 00:00+00', null),
    ('hopeless', 'bob', 'normal', '2040-03-11 04:00+00', null, '2040-03-12 16:00+00', null),
    ('weekly', 'bob', 'normal', '2040-03-12 01:00+00', null, null, 'FREQ=WEEKLY;BYDAY=MO,TU')
) as given (words, whose, priority, at, category, expires_at, rule);

create temporary table before on commit drop as
select md5(string_agg(message::text || xmin, ',' order by id)) as texts, (select md5(string_agg(wishes::text || xmin, ',' order by id)) from user_sms_preferences as wishes) as wishes,
  (select count(*) from queue_jobs) as jobs, (select count(*) from herald.sms_attempts) as attempts
from sms_messages as message;
create temporary table foretold on commit drop as select * from preview_sends(null, '2040-03-09 00:00+00', '2040-03-16 00:00+00');
select results_eq(
  'select texts, wishes, jobs, attempts from before',
  $$
    select md5(string_agg(message::text || xmin, ',' order by id)), (select md5(string_agg(wishes::text || xmin, ',' order by id)) from user_sms_preferences as wishes),
      (select count(*) from queue_jobs), (select count(*) from herald.sms_attempts)
    from sms_messages as message
  $$,
  'a preview writes nothing'
);

-- The clock goes from one thing that is due to the next.
do $$
declare
  v_now timestamptz := '2040-03-09 00:00+00';
begin
  loop
    select min(due.at) into v_now
    from (
      select scheduled_for from sms_messages where status in ('scheduled', 'queued')
      union all select counted_at + interval '1 hour' from sms_messages where counted_at is not null
    ) as due (at)
    where due.at > v_now;
    exit when v_now is null or v_now >= '2040-03-16 00:00+00';
    perform tick(v_now);
    perform record_sms_results(
      (
        select coalesce(jsonb_agg(
          jsonb_build_object('job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'http_status', 201, 'sid', attempt_id)
        ), '[]')
        from claim_sms('a sender', p_now => v_now)
      ),
      v_now
    );
  end loop;
end $$;

select set_eq(
  $$
    select planned.words || ' ' || planned_for::timestamp || ' ' || goes_at::timestamp
    from foretold inner join planned on planned.id = coalesce(foretold.message_id, foretold.series_id)
    where verdict = 'pass'
  $$,
  $$
    select message_content || ' ' || coalesce(deferred_from, scheduled_for)::timestamp || ' ' || sent_at::timestamp
    from sms_messages where status = 'sent' and sent_at < '2040-03-16 00:00+00'
  $$,
  'the same texts go at the same instants'
);
select set_eq(
  $$
    select planned.words || ' ' || gate || ': ' || evidence
    from foretold inner join planned on planned.id = coalesce(foretold.message_id, foretold.series_id)
    where verdict = 'block'
  $$,
  $$select message_content || ' ' || cancel_reason from sms_messages where status = 'cancelled'$$,
  'the same ones do not, for the same reasons'
);
select cmp_ok((select count(*) from foretold where verdict = 'pass' and goes_at > planned_for), '>', 8::bigint, 'many of them are moved');
select is_empty($$select from foretold where verdict = 'defer'$$, 'none is left undecided');
-- And the truth itself, as far as one can say it by hand.
select results_eq(
  $$
    select planned.words, goes_at, local_time, timezone, clocks_change
    from foretold inner join planned on planned.id = coalesce(foretold.message_id, foretold.series_id)
    where planned.words in ('alarm', 'an offer', 'day one', 'day two', 'day three', 'same time, high', 'same time, normal', 'same time, low') and verdict = 'pass'
    order by goes_at, 1
  $$,
  $$values
    ('day one', '2040-03-11 01:00+00'::timestamptz, '2040-03-11 10:00'::timestamp, 'Asia/Tokyo', false),
    ('alarm', '2040-03-11 07:00+00', '2040-03-11 03:00', 'America/New_York', true),
    ('an offer', '2040-03-11 12:00+00', '2040-03-11 08:00', 'America/New_York', true),
    ('day two', '2040-03-11 15:00+00', '2040-03-12 00:00', 'Asia/Tokyo', false),
    ('day three', '2040-03-12 15:00+00', '2040-03-13 00:00', 'Asia/Tokyo', false),
    ('same time, high', '2040-03-12 16:00+00', '2040-03-12 12:00', 'America/New_York', false),
    ('same time, normal', '2040-03-12 16:00+00', '2040-03-12 12:00', 'America/New_York', false),
    ('same time, low', '2040-03-12 17:00+00', '2040-03-12 13:00', 'America/New_York', false)
  $$,
  'a day''s limit pushes into the next; the day of the change is flagged; the more urgent goes first'
);

select * from finish();
rollback;
