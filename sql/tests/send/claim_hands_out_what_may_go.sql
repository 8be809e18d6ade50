-- A claim gives a runner everything for one request: number, words, attempt, lease, and how long the provider may take.
begin;
select plan(13);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;
create temporary table message on commit drop as
select given.what, queue_sms_message(
  user_id, null, given.what, p_scheduled_for => '2040-05-01 12:00:00+00', p_expires_at => given.expires_at,
  p_correlation_id => '00000000-0000-0000-0000-0000000000c0'
) as id
from user_sms_preferences
cross join (
  values
    ('90 seconds left', '2040-05-01 12:01:30.9+00'::timestamptz), ('half a second left', '2040-05-01 12:00:00.5+00'),
    ('days left', '2040-05-05 12:00:00+00'), ('a default day left', null)
) as given (what, expires_at);
update herald.settings set default_expiry = null;
insert into message
select 'for ever', queue_sms_message(user_id, null, 'for ever', p_scheduled_for => '2040-05-01 12:00:00+00',
  p_correlation_id => '00000000-0000-0000-0000-0000000000c0'
)
from user_sms_preferences;
select tick('2040-05-01 11:56:00+00');

create temporary table claim on commit drop as
select * from claim_sms('a sender', 100, '2 minutes', 'runner 1', '2040-05-01 12:00:00+00');
select set_eq(
  $$select message_content || ': ' || coalesce(validity_seconds::text, 'no limit') from claim$$,
  array[
    '90 seconds left: 90', 'half a second left: 1', 'days left: 36000', 'a default day left: 36000', 'for ever: no limit'
  ],
  'the provider is told how long a text is worth something: at least a second, at most 36,000, null without an expiry'
);
select results_eq(
  'select distinct phone_number, attempt, lease_expires_at, correlation_id from claim',
  $$
    values ('+12025550123', 1, '2040-05-01 12:02:00+00'::timestamptz, '00000000-0000-0000-0000-0000000000c0'::uuid)
  $$,
  'with number, attempt, lease and correlation id'
);
select set_eq(
  'select attempt_id, message_id, job_id, attempt from claim',
  $$
    select id, message_id, job_id, attempt
    from herald.sms_attempts
    where (sender, runner, started_at) = ('a sender', 'runner 1', '2040-05-01 12:00:00+00') and outcome is null
  $$,
  'each attempt is on record before the request is made'
);
select is((select array_agg(distinct status) from sms_messages), '{sending}', 'and its text is sending');
select set_eq(
  'select job_id, processing_token from claim', 'select id, processing_token from queue_jobs',
  'the tokens are the jobs'' tokens'
);
select is_empty(
  $$select from claim_sms('another', p_now => '2040-05-01 12:00:00+00')$$, 'another runner gets none of them'
);

insert into message select 'more', a_queued_text() from generate_series(1, 5);
select is(
  (select count(*) from claim_sms('a sender', 2, p_now => now() + interval '1 second')), 2::bigint,
  'no more than the batch size'
);
select is(
  (select count(*) from claim_sms(p_sender => 'a sender', p_now => now() + interval '1 second')), 3::bigint,
  'all that is left, where no size is given'
);
select is((select count(distinct id) from herald.sms_attempts), 10::bigint, 'every attempt has an id of its own');
select throws_ok($$select claim_sms('a sender', 0)$$, '22023', null, 'a batch of none is an error');
select throws_ok($$select claim_sms('a sender', null)$$, '22023', null, 'a null batch is an error');
select throws_ok($$select claim_sms('a sender', 1, '0')$$, '22023', null, 'no lease is an error');
select lives_ok($$select claim_sms(null)$$, 'a sender that nobody named has no pace, and is no error');

select * from finish();
rollback;
