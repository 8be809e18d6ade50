-- F67: emitting inside a trigger on `users` broke every sign-up. Nothing of ours aborts an application's write, unless it
-- asks for something impossible.
begin;
select plan(9);

create role clerk nologin;
grant select, insert, delete on public.users to clerk;
create policy clerk on public.users to clerk using (true) with check (true);
set local role clerk;
select lives_ok(
  $$insert into public.users (id) values ('00000000-0000-0000-0000-0000000000c1')$$, 'a role without rights on our tables signs a user up'
);
reset role;
select set_eq(
  $$select event_type from notification_subscriptions where user_id = '00000000-0000-0000-0000-0000000000c1'$$,
  array['brief.completed', 'brief.failed'], 'who is subscribed to the two briefs'
);

-- An application that emits for its new users.
insert into notification_subscriptions (user_id, event_type) values ('00000000-0000-0000-0000-0000000000c1', 'user.signup');
insert into herald.admins (user_id) values ('00000000-0000-0000-0000-0000000000c1');
create function pg_temp.tell() returns trigger language plpgsql as $$
begin
  perform public.emit_notification_event('user.signup', 'database_trigger', new.id, null, to_jsonb(new));
  return new;
end $$;
create trigger zz_tell after insert on public.users for each row execute function pg_temp.tell();
select lives_ok(
  $$insert into public.users (id) select gen_random_uuid() from generate_series(1, 3)$$, 'emitting in a trigger on users is possible'
);
select is(
  (select count(*) from notification_deliveries where recipient_user_id = '00000000-0000-0000-0000-0000000000c1' and channel = 'in_app'),
  3::bigint, 'and the administrator hears of each'
);
drop trigger zz_tell on public.users;

-- Our own part is out of order.
alter table herald.automatic_subscriptions add constraint broken check (false) not valid;
set local client_min_messages = error;
select lives_ok(
  $$insert into public.users (id) values ('00000000-0000-0000-0000-0000000000c2')$$, 'a sign-up survives our own trouble'
);
alter table herald.automatic_subscriptions drop constraint broken;
select is(herald.subscribe_users(null), 2, 'what was missed is made up for');
select is(herald.subscribe_users(null), 0, 'once');

-- With all that can refer to a user.
insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values ('00000000-0000-0000-0000-0000000000c1', '+12025550167', true, null, null, 1000);
update user_notification_preferences set sms_enabled = true where user_id = '00000000-0000-0000-0000-0000000000c1';
update notification_subscriptions set created_by = user_id where user_id = '00000000-0000-0000-0000-0000000000c1';
select from emit_notification_event('user.signup', p_actor_user_id => '00000000-0000-0000-0000-0000000000c1', p_payload => '{"body": "x"}');
select from claim_sms('a sender', 1);
select queue_sms_message('00000000-0000-0000-0000-0000000000c1', null, 'another one');
set local role clerk;
select lives_ok($$delete from public.users where id = '00000000-0000-0000-0000-0000000000c1'$$, 'and a user can be deleted by that role');
reset role;
select is_empty('select from sms_messages', 'with all that was for the user');

select * from finish();
rollback;
