-- Whichever gate ends a text or makes it wait, at its planning or at its claim, the text says so, and explain_sms does.
begin;
select plan(33);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', marketing_enabled = true;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update user_notification_preferences set sms_enabled = true, timezone = 'UTC';

-- A text for noon is made, something changes, and its time comes; undone afterwards.
create function pg_temp.explained(p_change text, p_when text, p_category text default null) returns text language plpgsql as $$
declare
  v_id uuid;
  v_answer text;
begin
  begin
    if p_category = 'event' then
      perform emit_notification_event('calendar.sync_failed', p_scheduled_for => '2040-05-01 12:00+00');
      select id into v_id from sms_messages;
    else
      v_id := queue_sms_message((select id from reader), null, 'hello', p_scheduled_for => '2040-05-01 12:00+00', p_category => p_category);
    end if;
    if p_when = 'claim' then
      perform tick('2040-05-01 11:57+00');
    end if;
    execute p_change;
    perform tick('2040-05-01 12:00+00');
    perform claim_sms('a sender', p_now => '2040-05-01 12:00+00');
    select
      (select status || ' ' || split_part(coalesce(cancel_reason, defer_reason), ':', 1) from sms_messages where id = v_id)
      || (select case when evidence ~ (split_part(coalesce(text.cancel_reason, text.defer_reason), ':', 1) || ': ') then ', said so' else ', said: ' || evidence end from explain_sms(v_id), sms_messages as text where gate = 'outcome' and text.id = v_id)
      || coalesce((
        select ', ' || gate || ' ' || verdict
        from explain_sms(v_id, p_at => '2040-05-01 12:00+00')
        where gate_order > 2 and verdict <> 'pass'
        order by gate_order
        limit 1
      ), '')
    into v_answer;
    raise exception 'undo';
  exception
    when raise_exception then
      return v_answer;
  end;
end $$;

select is(pg_temp.explained(change, moment, category), status || ' ' || gate || ', said so, ' || gate || case status when 'cancelled' then ' block' else ' defer' end, format('%s before its %s', gate, moment) || coalesce(' (' || category || ')', ''))
from (
  values
    ('update sms_messages set expires_at = ''2040-05-01 12:00+00''', null, 'not_expired', 'cancelled'),
    ('select herald.suppress_number(''+12025550123'', ''STOP'', ''inbound'', ''2030-01-01'')', null, 'not_suppressed', 'cancelled'),
    ('update user_sms_preferences set opted_out = true, opted_out_at = ''2030-01-01''', null, 'not_opted_out', 'cancelled'),
    ('update user_sms_preferences set phone_verified = false', null, 'verified', 'cancelled'),
    ('update user_sms_preferences set phone_number = ''+12025550124'', phone_verified = true, phone_verified_at = ''2030-01-01''', null, 'verified', 'cancelled'),
    ('delete from user_sms_preferences', null, 'verified', 'cancelled'),
    ('update user_sms_preferences set marketing_enabled = false', 'marketing', 'switched_on', 'cancelled'),
    ('update user_notification_preferences set sms_enabled = false', 'event', 'switched_on', 'cancelled'),
    ('update notification_subscriptions set is_active = false', 'event', 'switched_on', 'cancelled'),
    ('update user_notification_preferences set quiet_hours_enabled = true, quiet_hours_start = ''11:00'', quiet_hours_end = ''15:00''', 'event', 'quiet_hours', 'scheduled'),
    ('update herald.legal_windows set is_active = true, opens = ''13:00''', 'marketing', 'legal_window', 'scheduled'),
    ('update herald.legal_windows set is_active = true, opens = ''13:00'', closes = ''12:00'', category = null; update sms_messages set expires_at = ''2040-05-01 12:30+00''', null, 'legal_window', 'cancelled'),
    ('update user_sms_preferences set quiet_hours_start = ''12:00'', quiet_hours_end = ''15:00''', null, 'quiet_hours', 'scheduled'),
    ('update user_sms_preferences set quiet_hours_start = ''12:00'', quiet_hours_end = ''11:00''; update sms_messages set expires_at = ''2040-05-01 23:00+00''', null, 'quiet_hours', 'cancelled'),
    ('update user_sms_preferences set daily_sms_limit = 0', null, 'limits', 'cancelled'),
    ('update user_sms_preferences set daily_sms_limit = 1, daily_sms_count = 1, daily_count_reset_at = ''2040-05-01''', null, 'limits', 'scheduled')
) as given (change, category, gate, status)
cross join (values ('planning'), ('claim')) as time (moment);
select is(pg_temp.explained('select 1', 'planning'), null, 'nothing is against what goes');

select * from finish();
rollback;
