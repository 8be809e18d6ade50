-- Section 8, 12: strict priority starved what is low. A low text gains a minute of rank with each minute that it waits, so
-- that steady urgent traffic delays it for twenty minutes at most, also through the gates.
begin;
select plan(2);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC';
update herald.settings set promote_lead = '2 hours';
select queue_sms_message(id, null, 'low', 'low', '2040-05-01 12:00+00') is not null as queued from reader;
insert into sms_messages (user_id, phone_number, message_content, priority, status, scheduled_for)
select id, '+12025550123', 'urgent', 'urgent', 'scheduled', minute from reader cross join generate_series(timestamptz '2040-05-01 12:00+00', '2040-05-01 12:40+00', '1 minute') as minute;
select from tick('2040-05-01 12:00+00');
-- A runner that is just as fast as the urgent ones come.
create temporary table gone on commit drop as
select minute, claim.message_content
from generate_series(timestamptz '2040-05-01 12:00+00', '2040-05-01 12:40+00', '1 minute') as minute
cross join lateral claim_sms('a sender', 1, p_now => minute) as claim;
select ok((select minute from gone where message_content = 'low') between '2040-05-01 12:18+00' and '2040-05-01 12:20+00', 'the low one goes within twenty minutes');
select is((select count(*) from gone), 41::bigint, 'and the runner was never idle');

select * from finish();
rollback;
