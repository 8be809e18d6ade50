-- What is queued at a glance is what every gate lets pass; and what most texts are is told at a glance.
begin;
select plan(10);

-- Users of all kinds, and for each texts of all kinds at several hours of two days.
create temporary table kinds on commit drop as
select row_number() over () as number, change
from unnest(array[
  'phone_verified = true', 'phone_verified = false', 'phone_verified = null', 'opted_out = true', 'opted_out = null',
  'phone_number = null', $$quiet_hours_start = '21:00', quiet_hours_end = '08:00', timezone = 'America/New_York'$$,
  $$quiet_hours_start = '21:00', quiet_hours_end = '08:00', timezone = 'Asia/Kolkata', urgent_alerts = false$$,
  $$quiet_hours_start = '12:00', quiet_hours_end = '12:00:05'$$, $$quiet_hours_start = null, quiet_hours_end = null$$,
  'next_up_enabled = true', 'urgent_alerts = true, daily_sms_limit = 0'
]) as change;
create temporary table readers on commit drop as select number, change, a_user_with_phone() as user_id from kinds;
create temporary table numbers on commit drop as
select user_id, phone_number from user_sms_preferences inner join readers using (user_id);
do $$
declare
  v_reader record;
begin
  for v_reader in select * from readers loop
    execute format('update user_sms_preferences set %s where user_id = %L', v_reader.change, v_reader.user_id);
  end loop;
end $$;
insert into readers select number, change || ', changed', user_id from readers where number = 1;
select herald.suppress_number(phone_of(user_id), 'STOP', 'inbound', '2030-05-01 12:00:00+00')
from (select a_user_with_phone() as user_id) as made;
insert into readers select 0, 'suppressed', user_id from user_sms_preferences where user_id not in (select user_id from readers);
insert into numbers select user_id, phone_number from user_sms_preferences where user_id not in (select user_id from numbers);
insert into readers values (-1, 'stranger', a_user());
insert into numbers select user_id, '+12025550199' from readers where number = -1;
update herald.settings set promote_lead = '3 days';

create temporary table asked on commit drop as
select array_agg(jsonb_populate_record(null::sms_messages, jsonb_build_object(
  'id', gen_random_uuid(), 'user_id', user_id, 'phone_number', to_number.phone_number, 'priority', priority, 'category', category,
  'scheduled_for', at, 'status', 'scheduled', 'expires_at', at + interval '1 day', 'message_content', 'hello'
))) as texts, '2040-05-01 00:00+00'::timestamptz as now
from readers
cross join lateral (
  select numbers.phone_number from numbers where numbers.user_id = readers.user_id
  union all
  select '+12025550177'
) as to_number
cross join unnest(array['low', 'normal', 'urgent']) as priority
cross join unnest(array[null, 'next_up', 'urgent_alert', 'marketing', 'verification']) as category
cross join unnest(array[
  '2040-04-30 20:00+00', '2040-05-01 00:00+00', '2040-05-01 00:59:55+00', '2040-05-01 11:59:51+00', '2040-05-01 12:00:04+00',
  '2040-05-01 20:59:55+00', '2040-05-01 12:00:20+00', '2040-05-02 16:00+00'
]::timestamptz[]) as at;

-- What decide_sms has against them, and what the glance says.
create function pg_temp.against() returns table (place bigint, gate text) language sql as $$
  select said.place, said.gate
  from asked
  cross join lateral herald.decide_sms(
    asked.texts, array(select greatest(asked.now, each.scheduled_for) from unnest(asked.texts) as each), p_is_brief => true
  ) as said
  where said.verdict <> 'pass' and said.gate <> 'limits'
$$;
create function pg_temp.seen() returns table (place bigint) language sql as $$
  select place
  from asked cross join lateral unnest(herald.ready_at_a_glance(asked.texts, asked.now)) with ordinality as each (ready, place)
  where ready
$$;
create function pg_temp.more() returns setof text language sql as $$
  select gate from pg_temp.against() inner join pg_temp.seen() using (place)
$$;

select is_empty('select pg_temp.more()', 'a yes at a glance is the yes of all gates');
select cmp_ok((select count(*) from pg_temp.seen()), '>', 300::bigint, 'and there are many');
select set_eq(
  'select distinct gate from pg_temp.against()',
  array['not_suppressed', 'not_opted_out', 'verified', 'switched_on', 'quiet_hours'], 'beside others that each gate stops'
);
update herald.legal_windows set is_active = true, phone_prefix = '+1202';
insert into herald.legal_windows (phone_prefix, category, opens, closes, timezone, is_active, source) values ('+1', null, '03:00', '15:00', 'UTC', true, 'a law');
select is_empty('select pg_temp.more()', 'also where the law has windows');
select cmp_ok((select count(*) from pg_temp.seen()), '>', 100::bigint, 'which are open for some');

-- What it is not asked for.
create function pg_temp.glance(p_change jsonb, p_user_id uuid default null) returns boolean language sql as $$
  select (herald.ready_at_a_glance(array[jsonb_populate_record(null::sms_messages, jsonb_build_object(
    'user_id', coalesce(p_user_id, (select user_id from readers where number = 1 limit 1)), 'priority', 'normal', 'scheduled_for', '2040-05-02 16:00+00'
  ) || p_change)], '2040-05-02 12:00+00'))[1]
$$;
update herald.legal_windows set is_active = false;
select is(pg_temp.glance('{}'), true, 'a plain text is plain');
select is(pg_temp.glance('{"scheduled_for": "2040-05-05 12:00:01+00"}'), false, 'what is not due is not');
select is(pg_temp.glance('{"scheduled_for": "2040-05-02 11:59:59+00"}'), false, 'nor is what comes late, and may have expired');
select is(pg_temp.glance('{"recurrence_pattern": "FREQ=DAILY"}'), false, 'nor is a series');
select is(pg_temp.glance('{}', (select user_id from readers where number = -1)), null, 'of somebody without preferences nothing is known');

select * from finish();
rollback;
