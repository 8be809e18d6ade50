-- Number, verification, opt-out and zone of a user say what is so.
begin;
select plan(29);

create temporary table who on commit drop as select tests.a_user_with_phone('+12025550111') as id;
create function pg_temp.mine() returns user_sms_preferences language sql as
$$ select p from user_sms_preferences as p where user_id = (select id from who) $$;

select ok((pg_temp.mine()).phone_verified, 'a number can be written as verified');
select is((pg_temp.mine()).phone_verified_at, now(), 'and then it says since when');
update user_sms_preferences set phone_number = '+12025550111', phone_verified = true where user_id = (select id from who);
select ok((pg_temp.mine()).phone_verified, 'writing the same number again changes nothing');
update user_sms_preferences set phone_number = '+12025550112', phone_verified = true where user_id = (select id from who);
select ok(not (pg_temp.mine()).phone_verified, 'a changed number is unverified, whatever an upsert repeats (F102)');
select is((pg_temp.mine()).phone_verified_at, null, 'and has no date of verification');
update user_sms_preferences set phone_number = '+12025550113', phone_verified = true, phone_verified_at = now()
where user_id = (select id from who);
select ok((pg_temp.mine()).phone_verified, 'unless the same statement says when it was verified');
update user_sms_preferences set phone_number = null where user_id = (select id from who);
select ok(not (pg_temp.mine()).phone_verified, 'no number is not a verified one');

update user_sms_preferences set opted_out_at = now(), opt_out_reason = 'STOP' where user_id = (select id from who);
select is(((pg_temp.mine()).opted_out_at, (pg_temp.mine()).opt_out_reason)::text, '(,)', 'who has not opted out has no date and reason of it');
update user_sms_preferences set opted_out = true where user_id = (select id from who);
select is((pg_temp.mine()).opted_out_at, now(), 'an opt-out has its date');
select is((pg_temp.mine()).opt_out_reason, 'not given', 'and a reason');
update user_sms_preferences set opt_out_reason = 'STOP' where user_id = (select id from who);
select is((pg_temp.mine()).opt_out_reason, 'STOP', 'which can be told later');
update user_sms_preferences set opted_out = false where user_id = (select id from who);
select is(((pg_temp.mine()).opted_out_at, (pg_temp.mine()).opt_out_reason)::text, '(,)', 'opting in clears both');

select throws_ok(
  format('update user_sms_preferences set phone_number = %L where user_id = %L', number, (select id from who)), '22023', null,
  format('%s is no number', quote_literal(number))
) from unnest(array['12025550111', '+0123456789', '+120255', '+1 202 555 0111', '', E'+12025550111\n']) as number;

select throws_ok(
  format('update user_sms_preferences set timezone = %L where user_id = %L', zone, (select id from who)), '22023', null,
  format('%s is no time zone', coalesce(quote_literal(zone), 'null'))
) from unnest(array['Nowhere/City', 'PDT', 'UTC+3', 'Foo/Bar+3', '', null]) as zone;

insert into user_notification_preferences (user_id, event_type, timezone)
select id, 'user.signup', 'Asia/Kathmandu' from who;
select is(timezone, 'Asia/Kathmandu', 'a zone off the hour is one') from user_notification_preferences where event_type = 'user.signup';
select throws_ok(
  format('update user_notification_preferences set timezone = %L', zone), '22023', null,
  format('%s is none for an event either', coalesce(quote_literal(zone), 'null'))
) from unnest(array['Nowhere/City', 'PDT', null]) as zone;
select is_empty(
  $$
  select name from pg_timezone_names
  where name !~ '^(posix|right)/' and name not in ('Factory', 'localtime', 'posixrules')
    and herald.require_time_zone('timezone', name) is null
  $$,
  'every zone of the IANA database is accepted'
);

select * from finish();
rollback;
