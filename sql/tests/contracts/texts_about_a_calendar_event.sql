-- Texts that carry a calendar event in their metadata can be listed, moved and cancelled with it (F100, F115).
begin;
select plan(25);

create temporary table who on commit drop as select tests.a_user_with_phone('+12025550162') as id;
update user_sms_preferences set event_reminders_enabled = true;
create function pg_temp.a_reminder(p_at timestamptz, p_event text default 'event-1', p_start text default '2040-05-01 10:00+00') returns uuid language sql as $$
  select queue_sms_message(
    p_user_id => id, p_phone_number => '+12025550162', p_message => 'soon', p_scheduled_for => p_at, p_category => 'event_reminder',
    p_metadata => jsonb_build_object('calendar_event_id', p_event, 'event_title', 'Dentist', 'event_start', p_start, 'generated_via', 'template')
  ) from who
$$;
create temporary table texts on commit drop as
select pg_temp.a_reminder('2040-05-01 09:30+00') as planned, pg_temp.a_reminder(now() + interval '1 minute') as queued,
  pg_temp.a_reminder('2040-06-01 09:30+00', 'event-2', 'nonsense') as other;
create function pg_temp.text_of(p_id uuid) returns sms_messages language sql as $$ select m from sms_messages as m where id = p_id $$;

select is(
  (select (message_type, calendar_event_id, event_title, event_start, status, generated_via)::text
    from get_scheduled_sms_for_user(p_user_id => (select id from who), p_start_date => '2040-05-01', p_end_date => '2040-05-02')),
  '(event_reminder,event-1,Dentist,"2040-05-01 10:00:00+00",scheduled,template)', 'a planned text is listed with its event'
);
select is(
  (select event_start from get_scheduled_sms_for_user(p_user_id => (select id from who), p_start_date => '2040-06-01')),
  null, 'what is no instant is none, and no error'
);
select is((select count(*) from get_scheduled_sms_for_user(p_user_id => (select id from who))), 3::bigint, 'from now on there are three');
select is((select count(*) from get_scheduled_sms_for_user(p_user_id => (select id from who), p_status => 'queued')), 1::bigint, 'one of them queued');
select is((select count(*) from get_scheduled_sms_for_user(p_user_id => tests.a_user())), 0::bigint, 'somebody else has none');
select throws_ok($$select * from get_scheduled_sms_for_user(gen_random_uuid(), p_status => 'nonsense')$$, '22023', null, 'a status must be known');

select is(update_scheduled_sms_send_time(planned, '2040-05-01 08:30+00', '2040-05-01 09:00+00', '2040-05-01 09:30+00'), true, 'a planned text is moved') from texts;
select is((pg_temp.text_of(planned)).scheduled_for, '2040-05-01 08:30+00', 'to its new time') from texts;
select is((pg_temp.text_of(planned)).expires_at, '2040-05-01 09:00+00', 'and never goes after its event has begun') from texts;
select is((pg_temp.text_of(planned)).metadata ->> 'event_title', 'Dentist', 'what else it carries stays') from texts;
select is(((pg_temp.text_of(planned)).metadata ->> 'event_end')::timestamptz, '2040-05-01 09:30+00', 'the event''s end is kept') from texts;
select is(update_scheduled_sms_send_time(queued, '2040-05-03 08:30+00', '2040-05-03 09:00+00'), true, 'a queued text is moved') from texts;
select is((pg_temp.text_of(queued)).status, 'scheduled', 'and waits for its new time') from texts;
select is_empty('select 1 from queue_jobs', 'its job does not wait for the old one');
select is_empty($$select 1 from claim_sms('s', p_now => now() + interval '5 minutes')$$, 'so nothing goes then');
select is(update_scheduled_sms_send_time(queued, now() - interval '1 second', '2040-05-03 09:00+00'), true, 'a text can be moved to now') from texts;
select is((select count(*) from claim_sms('s')), 1::bigint, 'and then it goes, once');
select is(update_scheduled_sms_send_time(queued, '2040-05-03 08:30+00'), false, 'what is being sent is not moved') from texts;
select is((pg_temp.text_of(queued)).status, 'sending', 'and nothing of it changed') from texts;
select is(update_scheduled_sms_send_time(gen_random_uuid(), '2040-05-03 08:30+00'), false, 'nor is what there is not');
select throws_ok(format('select update_scheduled_sms_send_time(%L, null)', planned), '22004', null, 'a new time there must be') from texts;
select throws_ok(format('select update_scheduled_sms_send_time(%L, %L)', planned, 'infinity'), '22023', null, 'a finite one') from texts;

select is(
  (select (cancelled_count, message_ids = array[planned])::text from cancel_scheduled_sms_for_event(p_calendar_event_id => 'event-1'), texts),
  '(1,t)', 'cancelling the event cancels what has not left'
);
select is((pg_temp.text_of(planned)).cancel_reason, 'the calendar event was cancelled', 'and says why') from texts;
select is(
  (select (cancelled_count, message_ids)::text from cancel_scheduled_sms_for_event('event-2', tests.a_user())), '(0,{})',
  'not the texts of somebody else'
);

select * from finish();
rollback;
