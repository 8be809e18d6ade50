-- A signed-in user writes any number into their preferences. Until they have proved that it is theirs, what is on record
-- about the number is somebody else's, and is in no export of theirs.
begin;
select plan(7);

create temporary table ada on commit drop as select a_user() as id;
create temporary table bob on commit drop as select a_user_with_phone('+12025550181') as id;

-- Ada asks for a code to Bob's number, which makes a text of hers to it, and writes the number down.
select from ada cross join lateral herald.begin_verification(id, '+12025550181', now() - interval '1 hour');
update user_sms_preferences set phone_number = '+12025550181' from ada where user_id = ada.id;
select from receive_sms('IN1', '+12025550181', null, 'I am in hospital', p_now => now() - interval '1 minute');
select from opt_out_number('+12025550181', 'his wife called, ticket 4711');
insert into herald.failing_numbers (number_hash, failures, last_failed_at)
select herald.number_hash('+12025550181'), 1, now();

create function pg_temp.exported(p_user_id uuid) returns text language sql as $$
  select string_agg(section || ': ' || record, E'\n') from export_user(p_user_id)
$$;
select ok(pg_temp.exported(id) !~ 'hospital', 'what came in from a number that is not proved is not in it') from ada;
select ok(pg_temp.exported(id) !~ 'suppressed_number|failing_number|ticket 4711', 'nor is what stops texts to it') from ada;
select ok(pg_temp.exported(id) ~ 'ticket 4711', 'its holder sees why') from bob;

-- Proved, at last: the time before stays the former holder's.
update user_sms_preferences set phone_verified = false from bob where user_id = bob.id;
update user_sms_preferences set phone_verified = true, phone_verified_at = now() from ada where user_id = ada.id;
select ok(pg_temp.exported(id) !~ 'hospital', 'nor, once it is proved, what came in since the code was asked for') from ada;
select ok(pg_temp.exported(id) ~ 'suppressed_number', 'but then what stops texts to it') from ada;

-- A number that is no user's, but which one has written down.
update user_sms_preferences set phone_number = '+12025550182' from ada where user_id = ada.id;
select from receive_sms('IN2', '+12025550182', null, 'STOP', p_now => now());
select ok(pg_temp.exported(id) !~ 'IN2', 'a stranger''s STOP is not in it either') from ada;
select is(
  (select array_agg(coalesce(user_id = ada.id, false) || coalesce(words, '') order by consent.id) from herald.consent_log as consent, ada where phone_number = '+12025550182'),
  '{true,falseSTOP}', 'though it stands in the ledger, and opts the user out as well'
);

select * from finish();
rollback;
