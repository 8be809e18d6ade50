-- F69: the unread badge counted what was not visible yet.
begin;
select plan(5);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

select set_config('request.jwt.claims', json_build_object('sub', id)::text, true) from reader;
select from emit_notification_event('calendar.sync_failed', p_payload => '{"title": "now"}');
select from emit_notification_event('calendar.sync_failed', p_payload => '{"title": "later"}', p_scheduled_for => now() + interval '1 hour');
select is(count_unread_notifications(), 1::bigint, 'what comes later is not counted');
select results_eq('select title from list_notifications()', $$values ('now')$$, 'nor listed');
select from tick(now() + interval '1 hour');
select is(count_unread_notifications(), 2::bigint, 'when it is shown it counts');
select is(mark_opened(p_until => now() + interval '1 hour'), 2, 'both are opened');
select is(count_unread_notifications(), 0::bigint, 'and the badge is gone');

select * from finish();
rollback;
