-- What the provider is told: for how long it may still deliver a text, so that a backlog there brings none at night,
-- outside a window of the law, or when it is worth nothing any more.
begin;
select plan(15);

create function pg_temp.validity(
  p_expires_at timestamptz, p_quiet text default null, p_at timestamptz default '2040-05-01 20:00+00', p_priority text default 'normal'
)
returns integer language plpgsql as $$
declare
  v_user_id constant uuid := a_user_with_phone();
  v_id uuid;
begin
  update user_sms_preferences
  set timezone = 'UTC', quiet_hours_start = split_part(p_quiet, '-', 1)::time, quiet_hours_end = split_part(p_quiet, '-', 2)::time
  where user_id = v_user_id;
  v_id := queue_sms_message(
    v_user_id, phone_of(v_user_id), 'hello', p_scheduled_for => p_at, p_expires_at => p_expires_at, p_priority => p_priority::sms_priority
  );
  perform tick(p_at);
  return (select validity_seconds from claim_sms('a sender', p_now => p_at) where message_id = v_id);
end $$;

select is(pg_temp.validity(expires_at::timestamptz, quiet, '2040-05-01 20:00+00', priority), seconds, sentence)
from (
  values
    ('2040-05-01 21:00+00', null, 'normal', 3600, 'an hour, if it expires in an hour'),
    ('2040-05-01 20:00:01.9+00', null, 'normal', 1, 'whole seconds, rounded down'),
    ('2040-05-01 20:00:00.5+00', null, 'normal', 1, 'but never less than one, which is the least there is'),
    ('2040-05-03 20:00+00', null, 'normal', 36000, 'ten hours, which is the most there is'),
    ('2040-05-02 20:00+00', '22:00-08:00', 'normal', 7200, 'until quiet hours begin'),
    ('2040-05-01 21:00+00', '22:00-08:00', 'normal', 3600, 'until it expires, if that is sooner'),
    ('2040-05-02 20:00+00', '20:00:10-08:00', 'normal', 10, 'ten seconds, just enough'),
    ('2040-05-02 20:00+00', '20:00:09-08:00', 'normal', null, 'nine are not: it waits for the end of quiet hours'),
    ('2040-05-02 20:00+00', '22:00-08:00', 'urgent', 36000, 'quiet hours are no bound for an urgent text')
) as given (expires_at, quiet, priority, seconds, sentence);
select is((select scheduled_for from sms_messages where status = 'scheduled'), '2040-05-02 08:00+00', 'which are over at eight');

update herald.legal_windows set is_active = true, category = null, closes = '20:30';
select is(pg_temp.validity('2040-05-02 20:00+00', '22:00-08:00'), 1800, 'until the law''s window closes');
update herald.legal_windows set is_active = false;

update herald.settings set least_validity = '1 hour';
select is(pg_temp.validity('2040-05-02 20:00+00', '20:59:59-08:00'), null, 'the least time is a setting');
select is(pg_temp.validity('2040-05-02 20:00+00', '21:00-08:00'), 3600, 'which a text may just have');

update herald.settings set default_expiry = '100 years';
select is(pg_temp.validity(null), 36000, 'a text that lives long is bounded, too');
select is(
  (select valid_until from herald.sms_attempts order by started_at, valid_until limit 1), '2040-05-01 20:00:00.5+00', 'the instant itself is on the attempt''s record'
);

select * from finish();
rollback;
