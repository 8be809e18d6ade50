-- What went after the backup was made, and before the database was lost, does not go again.
begin;
select plan(22);

create function pg_temp.sms(p_words text, p_at timestamptz) returns uuid language sql as $$
  with arranged as (select tests.a_user_with_phone() as user_id)
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
  select user_id, tests.phone_of(user_id), p_words, 'scheduled', p_at from arranged
  returning id;
$$;
create temporary table text_of (what text primary key, id uuid) on commit drop;
insert into text_of
select what, pg_temp.sms(what, at::timestamptz)
from (
  values
    ('due before the backup', '2040-05-01 11:30:00+00'),
    ('due in between', '2040-05-01 12:30:00+00'),
    ('due after the end', '2040-05-01 13:00:01+00'),
    ('due tomorrow', '2040-05-02 12:00:00+00')
) as given (what, at);
-- Claimed, refused for a moment, and due again after the end.
insert into text_of select 'tried again after the end', pg_temp.sms('tried again after the end', '2040-05-01 11:00:00+00');
update sms_messages set status = 'queued' where id = (select id from text_of where what = 'tried again after the end');
update queue_jobs set scheduled_for = '2040-05-01 13:10:00+00', attempts = 1
where id = (select queue_job_id from sms_messages where message_content = 'tried again after the end');
-- Queued, and due.
insert into text_of select 'queued', pg_temp.sms('queued', '2040-05-01 11:59:00+00');
update sms_messages set status = 'queued' where id = (select id from text_of where what = 'queued');
-- Not planned yet when the backup was made; the lost database has sent it.
with arranged as (select tests.a_user_with_phone() as user_id)
insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for, recurrence_pattern)
select user_id, tests.phone_of(user_id), 'every day', 'scheduled', '2040-05-01 12:10:00+00', 'FREQ=DAILY'
from arranged;

insert into notification_deliveries (recipient_user_id, channel, scheduled_for) values
(tests.a_user(), 'email', '2040-05-01 12:20:00+00'), (tests.a_user(), 'push', '2040-05-01 12:21:00+00'),
(tests.a_user(), 'email', '2040-05-01 13:20:00+00'), (tests.a_user(), 'in_app', '2040-05-01 12:20:00+00');
select herald.promote_notifications('2040-05-01 12:16:00+00');

prepare hold as select * from hold_after_restore('2040-05-01 12:00:00+00', '2040-05-01 13:00:00+00', '2040-05-01 14:00:00+00');
select throws_ok('hold', '55000', null, 'not while runners may be sending');
update herald.settings set kill_switch = true;
select throws_ok(
  $$select hold_after_restore(null, '2040-05-01 13:00:00+00', '2040-05-01 14:00:00+00')$$, '22004', null, 'it wants both instants'
);
select throws_ok(
  $$select hold_after_restore('2040-05-01 12:00:00+00', null, '2040-05-01 14:00:00+00')$$, '22004', null, 'the second as well'
);
select throws_ok(
  $$select hold_after_restore('2040-05-01 13:00:01+00', '2040-05-01 13:00:00+00', '2040-05-01 14:00:00+00')$$, '22023', null,
  'the one before the other'
);
select throws_ok(
  $$select hold_after_restore('2040-05-01 12:00:00+00', '2040-05-01 14:00:01+00', '2040-05-01 14:00:00+00')$$, '22023', null,
  'and none ahead of now'
);
select throws_ok(
  $$select hold_after_restore('-infinity', '2040-05-01 13:00:00+00', '2040-05-01 14:00:00+00')$$, '22023', null, 'a list has a beginning'
);

select results_eq('hold', 'values (4, 2)', 'it tells how many texts are in doubt and how many notifications ended');
select results_eq(
  $$select what, status::text from sms_messages inner join text_of using (id) order by what$$,
  $$values
    ('due after the end', 'scheduled'), ('due before the backup', 'sending'), ('due in between', 'sending'),
    ('due tomorrow', 'scheduled'), ('queued', 'sending'), ('tried again after the end', 'queued')$$,
  'in doubt is what was due until the end'
);
select is(
  (select count(*) from sms_messages where message_content = 'every day' and recurrence_pattern is null and status = 'sending'),
  1::bigint, 'the occurrence that the lost database had planned is in doubt as well'
);
select results_eq('hold', 'values (0, 0)', 'called again it finds nothing');
select results_eq(
  $$select distinct job.status::text, job.lease_expires_at, job.attempts, message.attempt_count
    from sms_messages as message inner join queue_jobs as job on job.id = message.queue_job_id where message.status = 'sending'$$,
  $$values ('processing', null::timestamptz, 1, 1)$$, 'its job is held, and the attempt is counted'
);

-- Runners begin while nothing may be sent yet.
select lives_ok($$select tick('2040-05-01 14:00:00+00')$$, 'time goes on');
select is_empty($$select from claim_sms('+15005550006', p_now => '2040-05-01 14:00:01+00')$$, 'under the kill switch nothing is sent');
create temporary table look on commit drop as select * from claim_sms_to_reconcile('+15005550006', p_now => '2040-05-01 14:00:01+00');
select results_eq(
  'select distinct created_after, twilio_sid from look', $$values ('2040-05-01 11:59:00+00'::timestamptz, null::text)$$,
  'but the provider is asked at once, for what it has taken since the backup'
);
select is((select count(*) from look), 4::bigint, 'about each of them');
select lives_ok(
  $$
    select record_sms_reconciliation(
      jsonb_agg(jsonb_build_object(
        'attempt_id', attempt_id, 'look_token', look_token, 'is_complete', true,
        'entries', case when message.message_content = 'due in between' then jsonb_build_array(jsonb_build_object(
          'sid', 'SM1', 'status', 'delivered', 'direction', 'outbound-api', 'date_created', '2040-05-01T12:30:00+00:00',
          'to_number', look.phone_number, 'from_number', '+15005550006', 'body', 'due in between'
        )) else '[]' end
      )),
      '2040-05-01 14:00:02+00'
    )
    from look inner join sms_messages as message on message.id = look.message_id
  $$, 'it shows one of them'
);
select results_eq(
  $$select status::text, twilio_sid from sms_messages inner join text_of using (id) where what = 'due in between'$$,
  $$values ('delivered', 'SM1')$$, 'what is found has gone'
);
update herald.settings set kill_switch = false;
select is_empty(
  $$select from claim_sms('+15005550006', p_now => '2040-05-01 14:30:00+00')
    where message_content in ('due before the backup', 'due in between', 'queued', 'every day')$$,
  'what is not found is not sent'
);
select ok(
  resolve_sms_in_doubt((select id from text_of where what = 'queued'), false, p_now => '2040-05-01 14:31:00+00'),
  'before somebody says so'
);
select isnt_empty(
  $$select from claim_sms('+15005550006', p_now => '2040-05-01 14:31:01+00') where message_content = 'queued'$$, 'then it is'
);
select results_eq(
  $$select channel::text, status::text, suppressed_reason from notification_deliveries where channel <> 'sms' order by scheduled_for, channel$$,
  $$values
    ('email', 'failed', 'restored: it may have gone before the database was lost'), ('in_app', 'delivered', null),
    ('push', 'failed', 'restored: it may have gone before the database was lost'), ('email', 'pending', null)$$,
  'e-mail and push of that time have ended'
);
select ok(
  (select bool_and(redrive_notification(id, '2040-05-01 15:00:00+00')) from notification_deliveries where status = 'failed'),
  'and can be sent again by whoever wants to'
);

select * from finish();
rollback;
