-- An in-app notification with a time of its own is shown then, if it is still wanted and not too late; else it says why not.
begin;
select plan(9);

create temporary table reader on commit drop as select a_user() as id;
insert into herald.admins (user_id) select id from reader;
insert into notification_subscriptions (user_id, event_type) select id, 'error.critical' from reader;
create function pg_temp.after(p_change text, p_late interval default '0') returns text language plpgsql as $$
declare
  v_answer text;
begin
  begin
    perform emit_notification_event(
      'error.critical', p_scheduled_for => now() + interval '1 hour', p_expires_at => now() + interval '2 hours'
    );
    execute p_change;
    perform tick(now() + interval '1 hour' + p_late);
    select concat_ws(': ', status, suppressed_reason) into v_answer from notification_deliveries where channel = 'in_app';
    raise exception 'undo';
  exception
    when raise_exception then
      return v_answer;
  end;
end $$;

select is(pg_temp.after(change), answer, sentence)
from (
  values
    ('select 1', 'delivered', 'what is still wanted is shown'),
    ('update user_notification_preferences set in_app_enabled = false', 'failed: switched_off: the user does not want this by in_app', 'the channel is off'),
    ('delete from user_notification_preferences', 'failed: no_preferences: the user has no preferences for this event', 'the preferences are gone'),
    ('update notification_subscriptions set is_active = false', 'failed: subscribed: the user is not subscribed to this event (any more)', 'the subscription is off'),
    ('delete from notification_subscriptions', 'failed: subscribed: the user is not subscribed to this event (any more)', 'or gone'),
    ('delete from herald.admins', 'failed: administrators: the event is for administrators, and the user is none (any more)', 'the user is no administrator any more')
) as given (change, answer, sentence);
select is(pg_temp.after('select 1', '59 minutes'), 'delivered', 'late, and in time');
select is(pg_temp.after('select 1', '1 hour'), 'failed: expired: it expired at ' || herald.utc_text(now() + interval '2 hours'), 'too late');

insert into notification_deliveries (recipient_user_id, channel, scheduled_for, payload) select id, 'in_app', now() + interval '1 minute', '{"title": "by hand"}' from reader;
select from tick(now() + interval '1 minute');
select is((select status from notification_deliveries), 'delivered', 'one that an application wrote is shown at its time');

select * from finish();
rollback;
