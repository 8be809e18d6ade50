-- However often a limit moves a text, a preview follows it to its time, and of a heap it tells each.
begin;
select plan(7);
set local timezone = 'UTC';

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', daily_sms_limit = 1000, hourly_sms_limit = 1;
select queue_sms_message(id, null, 'hello', p_scheduled_for => '2040-05-01 12:00+00', p_expires_at => '2040-06-01 00:00+00')
from reader cross join generate_series(1, 410);
create temporary table foretold on commit drop as select * from preview_sends(null, '2040-05-01', '2040-05-31');
select is((select count(distinct message_id) from foretold), 410::bigint, 'each of a heap is told');
select is_empty($$select from foretold where verdict <> 'pass'$$, 'none is left undecided');
select is(
  (select array_agg(goes_at order by goes_at) from foretold),
  (select array_agg('2040-05-01 12:00+00'::timestamptz + n * interval '1 hour' order by n) from generate_series(0, 409) as n), 'one an hour'
);

-- Some of the heap are not worth waiting for as long as others.
update sms_messages set expires_at = '2040-05-01 14:30+00' where id in (select message_id from foretold where goes_at > '2040-05-17');
delete from sms_messages where id in (select message_id from foretold where goes_at between '2040-05-04' and '2040-05-17');
truncate foretold;
insert into foretold select * from preview_sends(null, '2040-05-01', '2040-05-31');
select results_eq(
  $$select distinct goes_at, gate from foretold where verdict = 'block'$$, $$values ('2040-05-01 14:00+00'::timestamptz, 'limits')$$,
  'those that expire before their turn end where they would have to wait beyond that'
);
select is(
  (select array_agg(goes_at order by goes_at) from foretold where verdict = 'pass'),
  (
    select array_agg('2040-05-01 12:00+00'::timestamptz + n * interval '1 hour' order by n)
    from generate_series(1, (select count(*) from foretold where verdict = 'pass')) as m
    cross join lateral (select m - 1 as n) as hour
  ),
  'and the others take their places'
);

-- More than fifty a day.
delete from sms_messages;
update user_sms_preferences set hourly_sms_limit = null, daily_sms_limit = 60, quiet_hours_start = '22:00', quiet_hours_end = '08:00';
select queue_sms_message(id, null, 'hello', p_scheduled_for => '2040-05-01 23:00+00', p_expires_at => '2040-06-01 00:00+00')
from reader cross join generate_series(1, 200);
select results_eq(
  $$select goes_at::timestamp, verdict, count(*) from preview_sends(null, '2040-05-01', '2040-05-31') group by 1, 2 order by 1$$,
  $$values
    ('2040-05-02 08:00'::timestamp, 'pass', 60::bigint), ('2040-05-03 08:00', 'pass', 60), ('2040-05-04 08:00', 'pass', 60),
    ('2040-05-05 08:00', 'pass', 20)
  $$,
  'a heap for the night goes on the mornings that have room for it'
);

-- What a kill switch holds is told as held.
update herald.settings set kill_switch = true;
select is((select count(*) from preview_sends(null, '2040-05-01', '2040-05-31') where verdict = 'defer' and gate = 'kill_switch'), (select count(*) from sms_messages), 'what somebody has to lift is deferred');

select * from finish();
rollback;
