-- A digest that cannot be told costs itself ten minutes, and the others nothing.
begin;
select plan(5);

create temporary table reader on commit drop as select a_user() as id, number from generate_series(1, 3) as number;
create temporary table trouble on commit drop as select id from reader where number = 2;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update user_notification_preferences set batch_enabled = true, email_enabled = true;
select emit_notification_event('calendar.sync_failed');
create or replace function herald.user_contacts(p_user_ids uuid[]) returns table (user_id uuid, email text, name text)
language plpgsql stable security definer set search_path = ''
as $$
begin
  if exists (select from pg_temp.trouble where id = any (p_user_ids)) then
    raise exception 'no such address book' using errcode = 'P0001', hint = 'Mend it.';
  end if;
end $$;
set local client_min_messages = error;

select is(herald.flush_digests(now() + interval '20 minutes'), 2, 'the others are told');
select results_eq(
  'select distinct number from notification_deliveries inner join reader on reader.id = recipient_user_id order by 1', 'values (1), (3)', 'each of them'
);
select is(
  (select due_at from herald.notification_digests where flushed_at is null), now() + interval '30 minutes', 'the one in trouble is tried again later'
);
delete from trouble;
select is(herald.flush_digests(now() + interval '30 minutes'), 1, 'and told when the trouble is over');
select is((select count(distinct recipient_user_id) from notification_deliveries), 3::bigint, 'nobody is left out');

select * from finish();
rollback;
