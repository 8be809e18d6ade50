-- An export is for the person, and for nobody who would like to be that person: no code that is still good, no key of a device,
-- and of a number that had another holder before, nothing that was said then.
begin;
select plan(7);

create temporary table who on commit drop as select a_user_with_phone('+12025550181') as id;
-- Before the number was hers, and since.
select from receive_sms('IN1', '+12025550181', null, 'I am somebody else', p_now => now() - interval '1 year');
select from receive_sms('IN2', '+12025550181', null, 'I am Ada', p_now => now() + interval '1 second');
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example.com/ada', 'her key', 'her secret' from who;
select from who cross join lateral herald.begin_verification(id, '+12025550182', now());
create temporary table code on commit drop as select substring(message_content from '\d{6}') as digits from sms_messages;

create function pg_temp.exported() returns text language sql as $$
  select string_agg(section || ': ' || record, E'\n') from who cross join lateral export_user(id)
$$;
select ok(pg_temp.exported() ~ '"message_content": "\(a code\)"', 'a text with a code is in it');
select is(strpos(pg_temp.exported(), digits), 0, 'its code is not') from code;
select ok(pg_temp.exported() ~ 'push.example.com/ada' and pg_temp.exported() !~ 'her key|her secret', 'nor are keys');
select ok(pg_temp.exported() ~ 'I am Ada', 'what she wrote is in it');
select ok(pg_temp.exported() !~ 'somebody else', 'what the number''s former holder wrote is not');
select is_empty(format('select from export_user(%L)', gen_random_uuid()), 'of nobody there is nothing');
select throws_ok('select export_user(null)', '22004', null, 'no user is an error');

select * from finish();
rollback;
