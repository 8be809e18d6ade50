-- The same key with the same request is the same text; with another request it is a mistake.
begin;
select plan(24);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a'), ('00000000-0000-0000-0000-00000000000b');
insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values
  ('00000000-0000-0000-0000-00000000000a', '+12025550123', true, null, null, 1000),
  ('00000000-0000-0000-0000-00000000000b', '+12025550124', true, null, null, 1000);
update user_sms_preferences set next_up_enabled = true, daily_brief_sms = true;
insert into projects (id) values ('00000000-0000-0000-0000-00000000000c');
insert into tasks (id) values ('00000000-0000-0000-0000-00000000000d');
create function pg_temp.request(
  p_user_id uuid default '00000000-0000-0000-0000-00000000000a', p_phone_number text default '+12025550123',
  p_message text default 'hello', p_priority sms_priority default 'normal',
  p_scheduled_for timestamptz default '2040-05-01 12:00:00+00', p_metadata jsonb default '{"a": 1, "b": 2}',
  p_category text default 'next_up', p_expires_at timestamptz default '2040-05-01 13:00:00+00',
  p_project_id uuid default null, p_task_id uuid default null, p_key text default 'order 7'
) returns uuid language sql as $$
  select queue_sms_message(
    p_user_id, p_phone_number, p_message, p_priority, p_scheduled_for, p_metadata, p_category => p_category,
    p_expires_at => p_expires_at, p_idempotency_key => p_key, p_project_id => p_project_id, p_task_id => p_task_id
  );
$$;
create temporary table first on commit drop as select pg_temp.request() as id;

select is(pg_temp.request(), (select id from first), 'the same request is the same text');
select is(
  pg_temp.request(p_metadata => '{"b": 2,   "a": 1}'), (select id from first), 'keys of JSON have no order'
);
set local timezone = 'Asia/Kolkata';
select is(pg_temp.request(), (select id from first), 'nor has an instant a zone: another session''s setting is no other request');
select is(
  pg_temp.request(p_scheduled_for => '2040-05-01 17:30:00+05:30'), (select id from first), 'however it is written'
);
set local timezone = 'UTC';
set local intervalstyle = 'iso_8601';
set local datestyle = 'German';
select is(pg_temp.request(), (select id from first), 'however dates are shown');
select is((select count(*) from sms_messages), 1::bigint, 'there is one text');

select throws_ok(
  format('select pg_temp.request(%s)', difference), 'SMS03', null, difference || ' is another request'
)
from unnest(array[
  $$p_phone_number => '+12025550199'$$, $$p_phone_number => null$$, $$p_message => 'hello!'$$, $$p_priority => 'high'$$,
  $$p_scheduled_for => '2040-05-01 12:00:00.000001+00'$$, $$p_scheduled_for => null$$, $$p_metadata => '{"a": 1}'$$,
  $$p_category => 'daily_brief'$$, $$p_expires_at => '2040-05-01 14:00:00+00'$$, $$p_expires_at => null$$,
  $$p_project_id => '00000000-0000-0000-0000-00000000000c'$$, $$p_task_id => '00000000-0000-0000-0000-00000000000d'$$
]) as difference;
select is((select count(*) from sms_messages), 1::bigint, 'and none of them made a text');

select isnt(pg_temp.request(p_key => 'order 8'), (select id from first), 'another key is another text');
select isnt(
  pg_temp.request(p_user_id => '00000000-0000-0000-0000-00000000000b'), (select id from first), 'a key is its user''s own'
);
select isnt(pg_temp.request(p_key => null), pg_temp.request(p_key => null), 'without a key nothing is the same');

select tick('2040-05-01 12:00:00+00');
select from claim_sms('a sender', p_now => '2040-05-01 12:00:00+00');
select is(pg_temp.request(), (select id from first), 'a text that has left is still the first result');
update sms_messages set status = 'failed' where id = (select id from first);
select is(pg_temp.request(), (select id from first), 'so is one that has failed');

select * from finish();
rollback;
