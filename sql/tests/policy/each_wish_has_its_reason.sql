-- What a preference suppresses is on record, with the rule and what it found; every rule can be told from the others.
begin;
select plan(13);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

alter table users add column if not exists email text;
create function pg_temp.reason(p_channel text, p_change text) returns text language plpgsql as $$
declare
  v_event_id uuid;
  v_reason text;
begin
  begin
    execute p_change;
    v_event_id := emit_notification_event('calendar.sync_failed');
    select coalesce(
      (select reason from notification_suppressions where event_id = v_event_id and channel = p_channel),
      (select 'told' from notification_deliveries where event_id = v_event_id and channel = p_channel)
    ) into v_reason;
    raise exception 'undo';
  exception
    when raise_exception then
      return v_reason;
  end;
end $$;

select is(pg_temp.reason(channel, change), reason, sentence)
from (
  values
    ('in_app', 'select 1', 'told', 'in-app is on by default'),
    ('in_app', 'update user_notification_preferences set in_app_enabled = false', 'switched_off: the user does not want this by in_app', 'and can be switched off'),
    ('sms', 'select 1', 'switched_off: the user does not want this by sms', 'texts are off by default'),
    ('sms', 'update user_notification_preferences set sms_enabled = true', 'told', 'and can be switched on'),
    ('sms', 'update user_notification_preferences set sms_enabled = true; update user_sms_preferences set opted_out = true', 'not_opted_out: the user has opted out of texts', 'an opt-out is obeyed'),
    ('sms', 'update user_notification_preferences set sms_enabled = true; update user_sms_preferences set phone_verified = false', 'verified: the user''s number is not verified', 'a number has to be verified'),
    ('sms', 'update user_notification_preferences set sms_enabled = true; delete from user_sms_preferences', 'no_address: the user has no number', 'and has to be there'),
    ('sms', $$update user_notification_preferences set sms_enabled = true; select herald.suppress_number(phone_number, 'STOP', 'inbound', now()) from user_sms_preferences$$, 'not_suppressed: the number is suppressed', 'a suppressed number is not used'),
    ('email', 'select 1', 'no_address: the user has no e-mail address', 'a mail needs an address'),
    ('email', $$update users set email = 'reader@example.com'$$, 'told', 'with one it goes'),
    ('email', $$update users set email = 'reader@example.com'; update user_notification_preferences set email_enabled = null$$, 'switched_off: the user does not want this by email', 'null is off'),
    ('push', 'select 1', 'no_address: the user has no push subscription that works', 'a push message needs a device'),
    ('push', $$insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example/1', 'k', 'a' from users where id in (select id from reader)$$, 'told', 'with one it goes')
) as given (channel, change, reason, sentence);

select * from finish();
rollback;
