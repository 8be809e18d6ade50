-- A text is never moved to where it could not go any more, and what its event once cut off its life is given back when
-- the event moves on.
begin;
select plan(17);

create temporary table who on commit drop as select a_user_with_phone('+12025550171') as id;
create function pg_temp.a_reminder(p_metadata jsonb default '{}', p_category text default null) returns uuid language sql as $$
  select queue_sms_message(id, '+12025550171', 'soon', p_scheduled_for => '2040-05-01 12:00+00', p_metadata => p_metadata, p_category => p_category) from who
$$;
create function pg_temp.life_of(p_id uuid) returns text language sql as $$
  select format('%s %s', scheduled_for::timestamp, expires_at::timestamp) from sms_messages where id = p_id
$$;
create temporary table texts on commit drop as
select pg_temp.a_reminder() as plain, pg_temp.a_reminder('{"event_start": "2040-05-01 13:00+00"}', 'task_reminder') as reminder,
  pg_temp.a_reminder('{"event_start": "2027-01-01 00:00+99"}') as nonsense;

select throws_ok(format('select update_scheduled_sms_send_time(%L, %L, %L)', plain, time, '2040-05-02 12:00+00'), '22023', null, time || ' is not before an event at noon') from texts,
  unnest(array['2040-05-02 12:00+00', '2040-05-03 12:00+00']) as time;
select throws_ok(format('select update_scheduled_sms_send_time(%L, %L)', reminder, '2040-05-01 13:00+00'), '22023', null, 'nor is a time after the start that the text knows') from texts;
select is(pg_temp.life_of(plain), '2040-05-01 12:00:00 2040-05-02 12:00:00', 'what was refused has changed nothing') from texts;

select is(update_scheduled_sms_send_time(plain, '2040-05-03 12:00+00', '2040-05-03 13:00+00'), true, 'a text is moved to before its event') from texts;
select is(pg_temp.life_of(plain), '2040-05-03 12:00:00 2040-05-03 13:00:00', 'and expires with its start') from texts;
select is(update_scheduled_sms_send_time(plain, '2040-05-05 12:00+00', '2040-05-08 12:00+00'), true, 'the event moves on') from texts;
select is(pg_temp.life_of(plain), '2040-05-05 12:00:00 2040-05-06 12:00:00', 'and the text has its day again') from texts;

select is(update_scheduled_sms_send_time(reminder, '2040-05-01 09:00+00'), true, 'a text moves away from its event') from texts;
select is(pg_temp.life_of(reminder), '2040-05-01 09:00:00 2040-05-01 13:00:00', 'it lives as long as its category says, and no longer than to the start') from texts;
select is(update_scheduled_sms_send_time(reminder, '2040-05-01 12:30+00'), true, 'and comes near it') from texts;
select is(pg_temp.life_of(reminder), '2040-05-01 12:30:00 2040-05-01 13:00:00', 'where the start is the end again') from texts;

select is((select event_start from get_scheduled_sms_for_user(id) where id is not null order by event_start nulls first limit 1), null, 'a start that is no instant is none') from who;
select is(update_scheduled_sms_send_time(nonsense, '2040-05-09 12:00+00'), true, 'and keeps nobody from moving the text') from texts;
select is(pg_temp.life_of(nonsense), '2040-05-09 12:00:00 2040-05-10 12:00:00', 'with its life') from texts;

select is((tick('2040-05-05 12:00+00') ->> 'promoted')::integer, 2, 'the time comes for two of them');
select is((select status::text from sms_messages where id = plain), 'queued', 'and the one whose event has moved on goes') from texts;

select * from finish();
rollback;
