-- A signed-in user writes their own wishes, subscriptions and devices by plain statements, the upserts of the field among
-- them; never what proves, counts or forbids, and never anybody else's.
begin;
select plan(54);

create temporary table reader on commit drop as select a_user() as id, name from unnest(array['Ada', 'Bob']) as name;
insert into user_sms_preferences (user_id, phone_number, phone_verified, daily_sms_count)
select id, '+12025550181', true, 3 from reader where name = 'Bob';
insert into notification_subscriptions (user_id, event_type) select id, 'task.due_soon' from reader where name = 'Bob';
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example/bob', 'b-key', 'b-auth' from reader where name = 'Bob';
create temporary table me on commit drop as select (select id from reader where name = 'Ada') as ada, (select id from reader where name = 'Bob') as bob;
grant select on me to herald_client;
select set_config('request.jwt.claims', json_build_object('sub', ada, 'role', 'authenticated')::text, true) from me;
set local role herald_client;

-- Preferences about texts.
select lives_ok(
  $$insert into public.user_sms_preferences (user_id, phone_number, timezone, updated_at) select ada, '+12025550182', 'Europe/Berlin', now() from me
    on conflict (user_id) do update set user_id = excluded.user_id, phone_number = excluded.phone_number, timezone = excluded.timezone, updated_at = excluded.updated_at$$,
  'an upsert makes one''s preferences'
);
select lives_ok(
  $$insert into public.user_sms_preferences (user_id, phone_number, morning_kickoff_enabled, morning_kickoff_time) select ada, '+12025550183', true, '07:30' from me
    on conflict (user_id) do update set user_id = excluded.user_id, phone_number = excluded.phone_number,
      morning_kickoff_enabled = excluded.morning_kickoff_enabled, morning_kickoff_time = excluded.morning_kickoff_time
    returning *$$,
  'and changes them'
);
select is(
  (select (phone_number, phone_verified, timezone)::text from public.user_sms_preferences), '(+12025550183,f,Europe/Berlin)',
  'a number is written, and not verified; one''s own row is all there is to see'
);
select lives_ok($$update public.user_sms_preferences set timezone = 'Asia/Tokyo', quiet_hours_start = '22:00', urgent_alerts = false$$, 'a plain update does, too');
select throws_ok(format('update public.user_sms_preferences set %s', change), '42501', null, change || ' is not the user''s to write')
from unnest(array[
  'phone_verified = true', 'phone_verified_at = now()', 'opted_out = false', 'opted_out_at = null', 'opt_out_reason = null', 'daily_sms_count = 0',
  'daily_count_reset_at = now()', 'daily_sms_limit = 1000', 'hourly_sms_limit = 1000', 'id = gen_random_uuid()', 'created_at = now()'
]) as change;
select throws_ok('insert into public.user_sms_preferences (user_id) select bob from me', '42501', null, 'nobody makes somebody else''s');
select throws_ok('update public.user_sms_preferences set user_id = bob from me', '42501', null, 'or makes theirs somebody else''s');
select throws_ok(
  $$insert into public.user_sms_preferences (user_id, timezone) select bob, 'UTC' from me on conflict (user_id) do update set timezone = 'UTC'$$, '42501', null,
  'not even by an upsert'
);
select throws_ok('delete from public.user_sms_preferences', '42501', null, 'and no row is deleted, to come back without its count');
select throws_ok(format('update public.user_sms_preferences set %s', change), '22023', null, change || ' is refused when it is written')
from unnest(array['timezone = ''Mars/Olympus''', 'timezone = ''EST5EDT4,M3.2.0''', 'phone_number = ''555''', 'quiet_hours_start = null']) as change;

-- Subscriptions.
select lives_ok(
  $$insert into public.notification_subscriptions (user_id, event_type, is_active, filters) select ada, 'task.due_soon', true, '{"project": "x"}' from me
    on conflict (user_id, event_type) do update set user_id = excluded.user_id, event_type = excluded.event_type, is_active = excluded.is_active, filters = excluded.filters$$,
  'an upsert subscribes'
);
select is((select count(*) from public.user_notification_preferences where event_type = 'task.due_soon'), 1::bigint, 'and gives the preferences');
select lives_ok(
  $$insert into public.notification_subscriptions (user_id, event_type, is_active) select ada, 'task.due_soon', false from me
    on conflict (user_id, event_type) do update set is_active = excluded.is_active$$, 'and unsubscribes'
);
select lives_ok('update public.notification_subscriptions set is_active = true', 'and so does an update, in both directions');
select throws_ok(format('update public.notification_subscriptions set %s', change), '42501', null, change || ' is not the user''s to write')
from unnest(array['admin_only = false', 'created_by = user_id', 'user_id = (select bob from me)', 'created_at = now()']) as change;
select throws_ok(format('insert into public.notification_subscriptions (user_id, event_type, %s) select ada, ''payment.failed'', %s from me', part[1], part[2]), '42501', null, part[1] || ' is not the user''s to insert')
from (values ('{admin_only, false}'::text[]), ('{created_by, bob}')) as refused (part);
select throws_ok('insert into public.notification_subscriptions (user_id, event_type) select bob, ''payment.failed'' from me', '42501', null, 'nobody subscribes somebody else');
select throws_ok('insert into public.notification_subscriptions (user_id, event_type) select ada, ''no.such'' from me', '23503', null, 'to what there is');
select is((select count(*) from public.notification_subscriptions where user_id <> (select ada from me)), 0::bigint, 'only their own are seen');
select throws_ok('delete from public.notification_subscriptions', '42501', null, 'which are switched off, and not deleted');

-- Wishes.
select lives_ok(
  $$insert into public.user_notification_preferences (user_id, event_type, sms_enabled, max_per_day, timezone) select ada, 'task.due_soon', true, 5, 'Asia/Tokyo' from me
    on conflict (user_id, event_type) do update set user_id = excluded.user_id, event_type = excluded.event_type, sms_enabled = excluded.sms_enabled,
      max_per_day = excluded.max_per_day, timezone = excluded.timezone$$, 'an upsert states wishes'
);
select is((select (sms_enabled, max_per_day, timezone)::text from public.user_notification_preferences where event_type = 'task.due_soon'), '(t,5,Asia/Tokyo)', 'which are kept');
select throws_ok('update public.user_notification_preferences set user_id = bob from me', '42501', null, 'for oneself');
select throws_ok('delete from public.user_notification_preferences', '42501', null, 'and not deleted, for that would be a no to everything');

-- Devices.
select lives_ok(
  $$insert into public.push_subscriptions (user_id, endpoint, p256dh_key, auth_key, user_agent, is_active, last_used_at) select ada, 'https://push.example/ada', 'k', 'a', 'Firefox', true, now() from me
    on conflict (endpoint) do update set user_id = excluded.user_id, endpoint = excluded.endpoint, p256dh_key = excluded.p256dh_key, auth_key = excluded.auth_key$$,
  'an upsert registers a device'
);
select throws_ok(
  $$insert into public.push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select ada, 'https://push.example/bob', 'other', 'keys' from me
    on conflict (endpoint) do update set user_id = excluded.user_id$$, '42501', null, 'not that of another user'
);
select lives_ok(
  $$insert into public.push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select ada, 'https://push.example/bob', 'b-key', 'b-auth' from me
    on conflict (endpoint) do update set user_id = excluded.user_id$$, 'unless one has it in hand, keys and all'
);
select is((select count(*) from public.push_subscriptions), 2::bigint, 'then it is one''s own');
select lives_ok($$update public.push_subscriptions set is_active = false where endpoint = 'https://push.example/ada'$$, 'and is switched off');
select throws_ok('delete from public.push_subscriptions', '42501', null, 'and not deleted');
select throws_ok('update public.push_subscriptions set user_id = bob from me', '42501', null, 'and never given to somebody who did not ask for it');

-- Nobody signed in.
select set_config('request.jwt.claims', '', true);
select is_empty(format('select from public.%I', name), 'whoever is nobody sees no ' || name)
from unnest(array['user_sms_preferences', 'notification_subscriptions', 'push_subscriptions']) as name;
select throws_ok('insert into public.user_sms_preferences (user_id) select ada from me', '42501', null, 'and writes nothing');
reset role;
select is((select (phone_number, phone_verified, daily_sms_count)::text from user_sms_preferences inner join me on bob = user_id), '(+12025550181,t,3)', 'the others'' are as they were');
select is((select count(*) from push_subscriptions inner join me on bob = user_id), 0::bigint, 'and a device has one user');

select * from finish();
rollback;
