-- A text obeys the quiet hours of its user and those of its event, each on its own clock; whichever ends later says
-- until when.
begin;
select plan(17);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update user_notification_preferences set sms_enabled = true;
select from emit_notification_event('calendar.sync_failed', p_scheduled_for => '2040-01-01 12:00:00+00');
update sms_messages set expires_at = null;

-- The user's own hours, those of the event, and an instant; what the gate says of the text about that event.
create function pg_temp.verdict(p_own text, p_own_zone text, p_event text, p_event_zone text, p_at timestamptz) returns text language sql as $$
  update user_sms_preferences
  set quiet_hours_start = split_part(p_own, '-', 1)::time, quiet_hours_end = split_part(p_own, '-', 2)::time, timezone = p_own_zone;
  update user_notification_preferences
  set
    quiet_hours_enabled = p_event is not null, timezone = p_event_zone,
    quiet_hours_start = coalesce(split_part(p_event, '-', 1), '12:00')::time, quiet_hours_end = coalesce(split_part(p_event, '-', 2), '13:00')::time;
  select verdict || coalesce(' until ' || (until at time zone 'UTC'), '') || ': ' || evidence
  from herald.decide_sms(array(select message from sms_messages as message), array[p_at])
  where gate = 'quiet_hours';
$$;

select is(pg_temp.verdict(own, own_zone, event, event_zone, at::timestamptz), answer, sentence)
from (
  values
    (null, 'UTC', null, 'UTC', '2040-05-01 12:30+00', 'pass: no quiet hours', 'no quiet hours at all; those of the event are switched off'),
    ('22:00-08:00', 'UTC', null, 'UTC', '2040-05-01 23:00+00', 'defer until 2040-05-02 08:00:00: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC', 'the user''s hours alone'),
    (null, 'UTC', '12:00-13:30', 'UTC', '2040-05-01 12:30+00', 'defer until 2040-05-01 13:30:00: quiet hours 12:00 to 13:30 UTC for calendar.sync_failed until 2040-05-01 13:30:00 UTC', 'the event''s hours alone'),
    ('12:00-13:00', 'UTC', '12:15-14:00', 'UTC', '2040-05-01 12:30+00', 'defer until 2040-05-01 14:00:00: quiet hours 12:00 to 13:00 UTC and 12:15 to 14:00 UTC for calendar.sync_failed until 2040-05-01 14:00:00 UTC', 'both at once: the later end'),
    ('12:00-14:00', 'UTC', '12:15-13:00', 'UTC', '2040-05-01 12:30+00', 'defer until 2040-05-01 14:00:00: quiet hours 12:00 to 14:00 UTC and 12:15 to 13:00 UTC for calendar.sync_failed until 2040-05-01 14:00:00 UTC', 'whichever that is'),
    -- Tokyo is nine hours ahead, Los Angeles seven behind in May.
    ('22:00-08:00', 'America/Los_Angeles', '22:00-08:00', 'Asia/Tokyo', '2040-05-01 14:00+00', 'defer until 2040-05-01 23:00:00: quiet hours 22:00 to 08:00 America/Los_Angeles and 22:00 to 08:00 Asia/Tokyo for calendar.sync_failed until 2040-05-01 23:00:00 UTC', 'seven in the morning here and eleven at night there'),
    ('22:00-08:00', 'America/Los_Angeles', '22:00-08:00', 'Asia/Tokyo', '2040-05-01 10:00+00', 'defer until 2040-05-01 23:00:00: quiet hours 22:00 to 08:00 America/Los_Angeles and 22:00 to 08:00 Asia/Tokyo for calendar.sync_failed until 2040-05-01 23:00:00 UTC', 'night here, evening there, where it is night before it is morning here'),
    ('22:00-08:00', 'America/Los_Angeles', '22:00-08:00', 'Asia/Tokyo', '2040-05-01 23:00+00', 'pass until 2040-05-02 05:00:00: outside the quiet hours 22:00 to 08:00 America/Los_Angeles and 22:00 to 08:00 Asia/Tokyo for calendar.sync_failed', 'afternoon here, morning there: until the next of the two'),
    ('22:00-08:00', 'UTC', null, 'UTC', '2040-05-01 21:59:49+00', 'pass until 2040-05-01 22:00:00: outside the quiet hours 22:00 to 08:00 UTC', 'eleven seconds before they begin'),
    ('22:00-08:00', 'UTC', null, 'UTC', '2040-05-01 21:59:50+00', 'pass until 2040-05-01 22:00:00: outside the quiet hours 22:00 to 08:00 UTC', 'ten seconds are the least'),
    ('22:00-08:00', 'UTC', null, 'UTC', '2040-05-01 21:59:50.1+00', 'defer until 2040-05-02 08:00:00: quiet hours 22:00 to 08:00 UTC until 2040-05-02 08:00:00 UTC', 'with less than that it might arrive in them'),
    ('22:00-08:00', 'UTC', null, 'UTC', '2040-05-02 08:00+00', 'pass until 2040-05-02 22:00:00: outside the quiet hours 22:00 to 08:00 UTC', 'their end is outside'),
    ('22:00-22:00', 'UTC', '09:00-09:00', 'UTC', '2040-05-01 22:00+00', 'pass: no quiet hours', 'hours that end when they begin are off'),
    ('21:00-08:00', 'America/New_York', null, 'UTC', '2040-03-11 11:30+00', 'defer until 2040-03-11 12:00:00: quiet hours 21:00 to 08:00 America/New_York until 2040-03-11 12:00:00 UTC', 'after the clocks are put forward: 07:30, and eight o''clock is noon in UTC'),
    ('21:00-08:00', 'America/New_York', null, 'UTC', '2040-11-04 12:30+00', 'defer until 2040-11-04 13:00:00: quiet hours 21:00 to 08:00 America/New_York until 2040-11-04 13:00:00 UTC', 'after they are put back: 07:30 again, and eight is one in UTC')
) as given (own, own_zone, event, event_zone, at, answer, sentence);

-- What the event's hours move, the claim finds at their end.
update user_sms_preferences set quiet_hours_start = null, quiet_hours_end = null, timezone = 'UTC';
update user_notification_preferences set quiet_hours_enabled = true, quiet_hours_start = '11:00', quiet_hours_end = '15:00', timezone = 'UTC';
select from tick('2040-01-01 11:56:00+00');
select results_eq(
  'select status::text, scheduled_for, deferred_from from sms_messages',
  $$values ('scheduled', '2040-01-01 15:00:00+00'::timestamptz, '2040-01-01 12:00:00+00'::timestamptz)$$,
  'a text for the event''s quiet hours waits for their end'
);
update user_notification_preferences set quiet_hours_enabled = false;
select is((select scheduled_for from sms_messages), '2040-01-01 12:00:00+00', 'and is back at its time when they are switched off');

select * from finish();
rollback;
