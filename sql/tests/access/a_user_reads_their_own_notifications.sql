-- A signed-in user sees their own notifications and nobody else's, in the table as by the functions, and writes nothing
-- but the mark of having seen them, by the function or by a plain update.
begin;
select plan(25);

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
from unnest(array['list_notifications(0)', 'list_notifications(501)', 'list_notifications(null)', 'list_notifications(p_before_id => gen_random_uuid())', 'mark_opened()', 'mark_opened(array[]::uuid[], now())']) as call;
select throws_ok(statement, '42501', null, statement)
from unnest(array[
  $$update public.notification_deliveries set opened_at = now()$$, 'delete from public.notification_deliveries', $$update public.notification_deliveries set payload = '{}'$$
]) as statement;

select set_config('request.jwt.claims', '{"sub": 5}', true);
select throws_ok('select public.count_unread_notifications()', '42501', null, 'who is nobody has none');
reset role;

-- What was told at one instant is on one page or the next.
insert into notification_deliveries (recipient_user_id, channel, payload) select id, 'in_app', '{"title": "more"}' from reader, generate_series(1, 6) where name = 'Bob';
select set_config('request.jwt.claims', json_build_object('sub', id)::text, true) from reader where name = 'Bob';
set local role herald_client;
create function pg_temp.pages() returns setof uuid language plpgsql as $$
declare
  v_at timestamptz;
  v_id uuid;
  v_ids uuid[];
begin
  loop
    select array_agg(id order by place), (array_agg(delivered_at order by place desc))[1], (array_agg(id order by place desc))[1]
    into v_ids, v_at, v_id
    from public.list_notifications(2, v_at, p_before_id => v_id) with ordinality as listed (id, a, b, c, d, e, f, delivered_at, h, i, place);
    exit when v_ids is null;
    return query select unnest(v_ids);
  end loop;
end $$;
select results_eq('select pages from pg_temp.pages() as pages', 'select id from public.list_notifications()', 'page by page they are all there, in one order');
select is((select count(*) from pg_temp.pages()), 7::bigint, 'each once');

-- What was kept from them: they were no administrator any more when its turn came.
reset role;
insert into notification_deliveries (recipient_user_id, channel, payload) select id, 'email', '{"title": "for administrators"}' from reader where name = 'Bob';
update notification_deliveries set status = 'failed', suppressed_reason = 'administrators: the user is none any more' where channel = 'email';
set local role herald_client;
select is_empty($$select from public.notification_deliveries where channel = 'email'$$, 'what was kept from a user is not to be read either');

-- Nonsense for a token.
select set_config('request.jwt.claims', claims, true) from unnest(array['garbage {']) as claims;
select is_empty('select from public.notification_deliveries', 'a token that makes no sense is nobody''s');
select throws_ok('select public.count_unread_notifications()', '42501', null, 'and says so');
reset role;

select * from finish();
rollback;
