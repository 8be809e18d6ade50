-- Events for administrators, by their type or by a subscription's admin_only, reach administrators alone, whoever says
-- who they are.
begin;
select plan(6);

create temporary table reader on commit drop as select a_user() as id, name from unnest(array['admin', 'user']) as name;
insert into herald.admins (user_id) select id from reader where name = 'admin';
insert into notification_subscriptions (user_id, event_type) select id, 'error.critical' from reader;
insert into notification_subscriptions (user_id, event_type, admin_only) select id, 'calendar.sync_failed', true from reader;
create function pg_temp.hear(p_event_type text) returns setof text language plpgsql as $$
declare
  v_id constant uuid := emit_notification_event(p_event_type);
begin
  return query
  select name from notification_deliveries inner join reader on reader.id = recipient_user_id
  where event_id = v_id and channel = 'in_app' order by 1;
end $$;

select results_eq($$select pg_temp.hear('error.critical')$$, $$values ('admin')$$, 'a type for administrators reaches only them');
select results_eq($$select pg_temp.hear('calendar.sync_failed')$$, $$values ('admin')$$, 'so does a subscription for administrators');
select from reader, emit_notification_event('error.critical', p_target_user_id => reader.id) where name = 'user';
select is((select count(*) from notification_deliveries where channel = 'in_app'), 2::bigint, 'a target does not make an administrator');
update notification_subscriptions set admin_only = false where event_type = 'calendar.sync_failed';
select results_eq($$select pg_temp.hear('calendar.sync_failed')$$, $$values ('admin'), ('user')$$, 'one for everybody reaches everybody');

create or replace function herald.admin_user_ids() returns setof uuid language sql stable security definer set search_path = ''
as $$select id from pg_temp.reader where name = 'user'$$;
select results_eq($$select pg_temp.hear('error.critical')$$, $$values ('user')$$, 'an application may say who they are');
select is(
  (select evidence from reader, notification_events as event, explain_notification(event.id, reader.id)
   where name = 'admin' and event_type = 'error.critical' and event.target_user_id is null order by event.id limit 1) is not null, true,
  'and it can be asked why'
);

select * from finish();
rollback;
