-- An idle runner is told until when it may sleep.
begin;
select plan(9);

select is(herald.next_claim_at('{other}', 'a sender'), null, 'nothing waits: nothing is in sight');

insert into queue_jobs (user_id, job_type, scheduled_for, priority)
values
  (a_user(), 'other', '2040-05-01 12:10:00+00', 1),
  (a_user(), 'other', '2040-05-01 12:00:00+00', 20),
  (a_user(), 'send_email', '2040-05-01 11:00:00+00', 20);

select is(
  herald.next_claim_at('{other}', 'a sender'), '2040-05-01 12:00:00+00'::timestamptz,
  'the time of the next job, not of the most urgent one'
);
select is(
  herald.next_claim_at('{other, send_email}', 'a sender'), '2040-05-01 11:00:00+00'::timestamptz,
  'of all the types asked for'
);
insert into queue_jobs (user_id, job_type, scheduled_for, priority)
select a_user(), 'sync_calendar', '2040-05-01 12:02:00+00'::timestamptz, 1 from generate_series(1, 100);
insert into queue_jobs (user_id, job_type, scheduled_for, priority)
values (a_user(), 'sync_calendar', '2040-05-01 12:00:00+00', 20);
select is(
  herald.next_claim_at('{sync_calendar}', 'a sender', '2040-05-01 12:01:00+00'), '2040-05-01 12:00:00+00'::timestamptz,
  'what is due does not hide behind any number of more urgent jobs that are not'
);
select herald.register_sender('a sender', 1);
update herald.senders set paused_until = '2040-05-01 11:30:00+00', next_slot_at = '2040-05-01 11:20:00+00';
select is(
  herald.next_claim_at('{send_email}', 'a sender'), '2040-05-01 11:30:00+00'::timestamptz,
  'not before the sender''s pause is over'
);
update herald.senders set paused_until = null;
select is(
  herald.next_claim_at('{send_email}', 'a sender'), '2040-05-01 11:20:00+00'::timestamptz,
  'nor before its next slot'
);
select is(
  herald.next_claim_at('{send_email}', 'another'), '2040-05-01 11:00:00+00'::timestamptz,
  'another sender has its own'
);
select from claim_pending_jobs('{send_email}', p_now => '2040-05-01 11:00:00+00');
select is(herald.next_claim_at('{send_email}', 'another'), null, 'a running job is not in sight');
update herald.settings set kill_switch = true;
select is(herald.next_claim_at('{other}', 'another'), null, 'with the kill switch on, nothing is in sight');

select * from finish();
rollback;
