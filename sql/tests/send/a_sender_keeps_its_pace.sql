-- The pace belongs to the sender and not to the runner: ten of them are no faster than one.
begin;
select plan(15);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;
insert into sms_messages (user_id, phone_number, message_content, scheduled_for, status, expires_at)
select user_id, phone_number, 'text ' || number, '2040-05-01 11:00:00+00', 'scheduled', '2041-01-01 00:00:00+00'
from user_sms_preferences
cross join generate_series(1, 400) as number;
select tick('2040-05-01 11:30:00+00');
create function pg_temp.claimed(p_sender text, p_time time, p_batch_size integer default 100) returns bigint language sql
as $$select count(*) from claim_sms(p_sender, p_batch_size, p_now => '2040-05-01 00:00:00+00'::timestamptz + p_time)$$;

select herald.register_sender('ten a second', 10);
select is(pg_temp.claimed('ten a second', '12:00:00'), 10::bigint, 'after a rest a second''s worth is there');
select is(pg_temp.claimed('ten a second', '12:00:00'), 0::bigint, 'and no more, for whoever asks');
select is(pg_temp.claimed('ten a second', '12:00:00.1'), 1::bigint, 'a tenth of a second brings one');
select is(pg_temp.claimed('ten a second', '12:00:00.35'), 2::bigint, 'a quarter of a second brings two');
select is(pg_temp.claimed('ten a second', '12:00:00.4'), 1::bigint, 'what was left of it is not lost');
select is(
  (select sum(pg_temp.claimed('ten a second', time '12:00:01' + number * interval '37 milliseconds')) from generate_series(0, 270) as number),
  105::numeric, 'in many small steps from 0.4 to 10.99 seconds it is ten a second'
);
select is(pg_temp.claimed('ten a second', '12:05:00'), 10::bigint, 'a long rest saves no more than a second''s worth');
select is(pg_temp.claimed('ten a second', '12:06:00', 3), 3::bigint, 'a small batch is small');
select is(pg_temp.claimed('ten a second', '12:06:00'), 7::bigint, 'and leaves the rest of the second');

select herald.register_sender('one in four seconds', 0.25);
select is(pg_temp.claimed('one in four seconds', '12:10:00'), 1::bigint, 'a slow sender begins with one');
select is(
  (select array_agg(pg_temp.claimed('one in four seconds', time '12:10:00' + second * interval '1 second') order by second) from generate_series(1, 9) as second),
  '{0, 0, 0, 1, 0, 0, 0, 1, 0}', 'and sends one every fourth second'
);
select is(pg_temp.claimed('one in four seconds', '12:20:00'), 1::bigint, 'a long rest saves it one');
select is(pg_temp.claimed('nobody knows it', '12:21:00'), 100::bigint, 'a sender without a pace gets a whole batch');
select herald.register_sender('ten a second', null);
select is(pg_temp.claimed('ten a second', '12:22:00', 50), 50::bigint, 'a pace can be taken away');
select throws_ok(
  $$select herald.register_sender('a sender', 0)$$, '22023', null, 'a pace of nothing is an error'
);

select * from finish();
rollback;
