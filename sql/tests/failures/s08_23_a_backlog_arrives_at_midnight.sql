-- Section 8, 23: a reminder arrived after the appointment, and a backlog at midnight. A backlog of ours is stopped by
-- quiet hours and expiry at the claim, and one of the provider's by the time that each text may be delivered in.
begin;
select plan(5);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', quiet_hours_start = '21:00', quiet_hours_end = '08:00';
select queue_sms_message(id, null, words, p_scheduled_for => '2040-05-01 20:00+00', p_expires_at => expires_at::timestamptz) is not null as queued
from reader cross join (values ('a reminder', '2040-05-01 22:00+00'), ('news', '2040-05-03 00:00+00')) as given (words, expires_at);
select from tick('2040-05-01 19:57+00');

select results_eq(
  $$select validity_seconds from claim_sms('a sender', 1, p_now => '2040-05-01 20:00+00')$$, 'values (3600)', 'one that goes in time may be delivered until nine, and no later'
);
update sms_messages set status = 'queued' where status = 'sending';
update queue_jobs set status = 'pending', lease_expires_at = null where status = 'processing';
-- The runner is away until midnight.
select is_empty($$select from claim_sms('a sender', p_now => '2040-05-02 00:00+00')$$, 'at midnight nothing goes');
select set_eq(
  $$select message_content || ' ' || status || coalesce(' ' || split_part(cancel_reason, ':', 1), '') from sms_messages$$,
  array['a reminder cancelled not_expired', 'news scheduled'], 'the reminder is over, the news waits'
);
select from tick('2040-05-02 07:57+00');
select is((select message_content from claim_sms('a sender', p_now => '2040-05-02 08:00+00')), 'news', 'and comes in the morning');
select is((select validity_seconds from (select extract(epoch from valid_until - started_at)::integer as validity_seconds from herald.sms_attempts order by started_at desc limit 1) as last), 46800, 'good for the thirteen hours of the day');

select * from finish();
rollback;
