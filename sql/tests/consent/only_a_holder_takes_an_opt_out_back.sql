-- The ledger keeps an opt-out for a number whose user is gone or erased. Whoever gets the number has opted out, and takes it
-- back only once they have proved that the number is theirs.
begin;
select plan(14);

create temporary table who on commit drop as
select a_user_with_phone('+12025550174') as gone, a_user_with_phone('+12025550175') as erased, a_user() as writer, a_user() as own;
insert into user_sms_preferences (user_id) select unnest(array[writer, own]) from who;
update user_sms_preferences set opted_out = true, opted_out_at = '2025-01-01' from who where user_id in (gone, erased);
delete from users where id = (select gone from who);
create function pg_temp.opted_out(p_user_id uuid) returns boolean language sql as
$$select opted_out from user_sms_preferences where user_id = p_user_id$$;

update user_sms_preferences set phone_number = '+12025550174' from who where user_id = writer;
select is(pg_temp.opted_out(writer), true, 'a user who had no number and gets this one has opted out') from who;
select ok(opted_out_at >= now(), 'since when is not told') from who inner join user_sms_preferences on user_id = writer;
update user_sms_preferences set opted_out = false from who where user_id = writer;
select is(pg_temp.opted_out(writer), true, 'whoever has only written it down does not take it back') from who;
select isnt_empty($$select from herald.standing_opt_out('+12025550174', false)$$, 'so it stands for the next one') from who;
select is(receive_sms('IN1', '+12025550174', null, 'START'), 'start', 'START');
select is(pg_temp.opted_out(writer), false, 'lifts it') from who;
update user_sms_preferences set opted_out = true from who where user_id = writer;
update user_sms_preferences set opted_out = false from who where user_id = writer;
select is(pg_temp.opted_out(writer), false, 'what they say themselves from then on is theirs to take back') from who;

update user_sms_preferences set phone_number = '+12025550176', opted_out = true from who where user_id = own;
update user_sms_preferences set opted_out = false from who where user_id = own;
select is(pg_temp.opted_out(own), false, 'as is what nobody else said') from who;

select is((select remaining from who cross join lateral erase_user(erased)), 0::bigint, 'a user who opted out is erased');
update user_sms_preferences set phone_number = '+12025550175', opted_out = false from who where user_id = erased;
select is(pg_temp.opted_out(erased), true, 'an import does not forget that') from who;
update user_sms_preferences set opted_out = false from who where user_id = erased;
select is(pg_temp.opted_out(erased), true, 'and a second one does not') from who;
update user_sms_preferences set phone_verified = true from who where user_id = erased;
select is((select has_sms_available from who cross join lateral get_user_sms_channel_info(erased)), false, 'no text goes to it');
select is((select opt_out_reason from who inner join user_sms_preferences on user_id = erased), 'opted out before', 'for a reason');
update user_sms_preferences set opted_out = false from who where user_id = erased;
select is(pg_temp.opted_out(erased), false, 'until its holder, who has proved it, wants texts again') from who;

select * from finish();
rollback;
