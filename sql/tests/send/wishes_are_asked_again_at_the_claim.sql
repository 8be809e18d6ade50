-- Between the event and the claim much can change: what the user does not want any more does not go, and says why.
begin;
select plan(18);

create temporary table reader on commit drop as select a_user_with_phone() as id;
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;

alter table users add column if not exists email text;
update users set email = 'reader@example.com' where id = (select id from reader);
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example/1', 'key', 'secret' from reader;
create function pg_temp.after(p_channel text, p_change text) returns text language plpgsql as $$
declare
  v_answer text;
begin
  begin
    perform emit_notification_event('calendar.sync_failed');
    execute p_change;
    if exists (select from claim_notifications(array[p_channel], p_now => now() + interval '1 second')) then
      v_answer := 'goes';
    else
      select format('%s, job %s: %s', delivery.status, job.status, delivery.suppressed_reason) into v_answer
      from notification_deliveries as delivery left join queue_jobs as job on job.id = delivery.queue_job_id
      where delivery.channel = p_channel;
    end if;
    raise exception 'undo';
  exception
    when raise_exception then
      return v_answer;
  end;
end $$;

select is(pg_temp.after(channel, change), answer, sentence)
from (
  values
    ('email', 'select 1', 'goes', 'what is still wanted goes'),
    ('email', 'update user_notification_preferences set email_enabled = false', 'failed, job cancelled: switched_off: the user does not want this by email', 'a channel switched off'),
    ('email', 'delete from user_notification_preferences', 'failed, job cancelled: no_preferences: the user has no preferences for this event', 'preferences that are gone'),
    ('email', 'update notification_subscriptions set is_active = false', 'failed, job cancelled: subscribed: the user is not subscribed to this event (any more)', 'a subscription that is off'),
    ('push', 'update push_subscriptions set is_active = false', 'failed, job cancelled: no_address: the push subscription is gone or switched off', 'a device that is gone'),
    ('push', $$update push_subscriptions set endpoint = 'https://push.example/2'$$, 'failed, job cancelled: no_address: the push subscription is gone or switched off', 'a device that has changed'),
    ('email', $$update users set email = 'other@example.com'$$, 'goes', 'another address: it goes to the one of the time of the event'),
    ('email', $$update notification_deliveries set expires_at = now()$$, 'failed, job cancelled: expired: it expired at ' || herald.utc_text(now()), 'one that has expired'),
    ('email', 'update herald.settings set kill_switch = true', 'pending, job pending: ', 'the kill switch stops it, and loses nothing')
) as given (channel, change, answer, sentence);

-- Texts ask, too.
update user_notification_preferences set sms_enabled = true;
create function pg_temp.text_after(p_change text) returns text language plpgsql as $$
declare
  v_answer text;
begin
  begin
    perform emit_notification_event('calendar.sync_failed', p_payload => '{"body": "hello"}');
    execute p_change;
    if exists (select from claim_sms('a sender', p_now => now() + interval '1 second')) then
      v_answer := 'goes';
    else
      select format('%s: %s', status, cancel_reason) into v_answer from sms_messages;
    end if;
    raise exception 'undo';
  exception
    when raise_exception then
      return v_answer;
  end;
end $$;
select is(pg_temp.text_after(change), answer, sentence)
from (
  values
    ('select 1', 'goes', 'a text that is still wanted goes'),
    ('update user_notification_preferences set sms_enabled = false', 'cancelled: switched_on: the user does not want calendar.sync_failed by text', 'texts switched off'),
    ('delete from user_notification_preferences', 'cancelled: switched_on: the user does not want calendar.sync_failed by text', 'preferences that are gone'),
    ('update notification_subscriptions set is_active = false', 'cancelled: switched_on: the user is not subscribed to calendar.sync_failed (any more)', 'a subscription that is off'),
    ('delete from notification_subscriptions', 'cancelled: switched_on: the user is not subscribed to calendar.sync_failed (any more)', 'one that is gone'),
    ('update notification_subscriptions set admin_only = true', 'cancelled: switched_on: calendar.sync_failed is for administrators, and the user is none (any more)', 'one for administrators'),
    ($$update herald.event_types set is_admin_only = true where event_type = 'calendar.sync_failed'$$, 'cancelled: switched_on: calendar.sync_failed is for administrators, and the user is none (any more)', 'a type for administrators')
) as given (change, answer, sentence);
select is(
  pg_temp.after('email', 'update notification_subscriptions set admin_only = true'),
  'failed, job cancelled: administrators: the event is for administrators, and the user is none (any more)', 'a mail for administrators'
);
update user_notification_preferences set sms_enabled = false;

-- What nobody sends ends when it is worth nothing any more.
update herald.settings set default_expiry = '2 hours';
select from emit_notification_event('calendar.sync_failed');
select from tick(now() + interval '2 hours');
select results_eq(
  $$select distinct status, suppressed_reason from notification_deliveries where channel in ('email', 'push')$$,
  $$values ('failed', 'expired: nobody sent it in time')$$, 'what nobody could send in time ends'
);

select * from finish();
rollback;
