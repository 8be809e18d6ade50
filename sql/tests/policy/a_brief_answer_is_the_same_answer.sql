-- Whoever only wants to know what is against a text, or until when nothing is, is told the same in fewer rows.
begin;
select plan(4);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences
set timezone = 'America/New_York', quiet_hours_start = '21:00', quiet_hours_end = '08:00', daily_sms_limit = 2, hourly_sms_limit = 1;
update herald.legal_windows set is_active = true;
select queue_sms_message(
  id, null, 'hello', priority, p_scheduled_for => '2040-05-01 00:00+00', p_category => category, p_expires_at => '2040-05-02 12:00+00'
)
from reader
cross join unnest(enum_range(null::sms_priority)) as priority
cross join unnest(array[null, 'marketing', 'next_up', 'urgent_alert']) as category;
-- Each text at eight times of the day, and one expired and one suppressed as well.
create temporary table asked on commit drop as
select array_agg(message order by message.id, hour) as texts, array_agg('2040-05-01 00:00+00'::timestamptz + hour * interval '1 hour' order by message.id, hour) as at
from sms_messages as message cross join generate_series(1, 37, 4) as hour;
create temporary table every on commit drop as select said.* from asked cross join lateral herald.decide_sms(texts, at, 'a sender') as said;
create temporary table brief on commit drop as
select said.* from asked cross join lateral herald.decide_sms(texts, at, 'a sender', p_is_brief => true) as said;

select set_eq(
  $$select * from brief where verdict <> 'pass'$$, $$select * from every where verdict <> 'pass'$$, 'what is against a text, with its evidence'
);
select set_eq(
  $$select place, message_id, gate_order, gate, until from brief where verdict = 'pass'$$,
  $$select place, message_id, gate_order, gate, until from every where verdict = 'pass' and until is not null$$, 'and what is not, for a time'
);
select set_eq(
  $$select distinct gate from brief where verdict <> 'pass'$$,
  $$values ('not_expired'), ('switched_on'), ('legal_window'), ('quiet_hours'), ('limits')$$, 'of all of these gates'
);
select is_empty(
  $$select from every where evidence is null or btrim(evidence) = ''$$, 'whoever wants all of it is told of each gate'
);

select * from finish();
rollback;
