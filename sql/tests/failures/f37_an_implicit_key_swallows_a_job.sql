-- F37: a key of type, user and time, that nobody had asked for, swallowed a distinct job.
begin;
select plan(3);

insert into users (id) values ('00000000-0000-0000-0000-00000000000a');
create temporary table added on commit drop as
select add_queue_job('00000000-0000-0000-0000-00000000000a', 'other', '{}', 10, '2040-05-01 12:00:00+00') as id
from generate_series(1, 2);
select is(
  (select count(distinct id) from added), 2::bigint,
  'two jobs of one user, type, time and content are two, unless a key says otherwise'
);
select is((select count(*) from queue_jobs where dedup_key is not null), 0::bigint, 'nobody gave them a key');

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
values ('00000000-0000-0000-0000-00000000000a', '+12025550123', true, null, null, 1000);
create temporary table queued on commit drop as
select queue_sms_message('00000000-0000-0000-0000-00000000000a', '+12025550123', 'hello') as id
from generate_series(1, 2);
select is((select count(distinct id) from queued), 2::bigint, 'two texts of the same words are two');

select * from finish();
rollback;
