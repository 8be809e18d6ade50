-- A signed-in user sees their own notifications and nobody else's, in the table as by the functions, and writes nothing
-- but the mark of having seen them.
begin;
select plan(19);

create temporary table reader on commit drop as select a_user() as id, name from unnest(array['Ada', 'Bob']) as name;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
select emit_notification_event('calendar.sync_failed', p_payload => '{"title": "one", "url": "https://app.example/1"}');
select emit_notification_event('calendar.sync_failed', p_payload => '{"title": "later"}', p_scheduled_for => now() + interval '1 hour');
create temporary table bobs on commit drop as
select array_agg(delivery.id) as ids from notification_deliveries as delivery inner join reader on reader.id = recipient_user_id where name = 'Bob';
grant select on reader, bobs to herald_client;
select set_config('request.jwt.claims', json_build_object('sub', id, 'role', 'authenticated')::text, true) from reader where name = 'Ada';
set local role herald_client;

select is((select count(*) from public.notification_deliveries), 1::bigint, 'the table shows one''s own, and not what is for later');
select results_eq(
  'select title, url, event_type, is_unread from public.list_notifications()', $$values ('one', 'https://app.example/1', 'calendar.sync_failed', true)$$,
  'so does the list'
);
select is(public.count_unread_notifications(), 1::bigint, 'and the badge');
select is((select public.mark_opened(ids) from bobs), 0, 'another user''s are not opened');
select is(public.mark_opened(p_until => now() - interval '1 second'), 0, 'what came after the list was read stays unread');
select is(public.mark_opened((select array_agg(id) from public.list_notifications())), 1, 'one''s own are opened');
select is(public.mark_opened(p_until => now()), 0, 'once');
select results_eq('select is_unread, opened_at = now() from public.list_notifications()', 'values (false, true)', 'and are in the list as read');
select is_empty('select from public.list_notifications(p_unread_only => true)', 'unless only unread ones are wanted');
select is_empty('select from public.list_notifications(p_before => now())', 'the next page is empty');
select throws_ok(format('select public.%s', call), '22023', null, call)
from unnest(array['list_notifications(0)', 'list_notifications(501)', 'list_notifications(null)', 'mark_opened()', 'mark_opened(array[]::uuid[], now())']) as call;
select throws_ok(statement, '42501', null, statement)
from unnest(array[
  $$update public.notification_deliveries set status = 'opened'$$, 'delete from public.notification_deliveries', 'select from public.notification_suppressions'
]) as statement;

select set_config('request.jwt.claims', '{"sub": 5}', true);
select throws_ok('select public.count_unread_notifications()', '42501', null, 'who is nobody has none');
reset role;

select * from finish();
rollback;
