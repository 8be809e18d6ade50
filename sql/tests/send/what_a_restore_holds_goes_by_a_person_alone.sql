-- What hold_after_restore() holds may have gone in other words, which no list shows: no policy sends it again, by itself.
begin;
select plan(12);

create function pg_temp.sms(p_words text, p_at timestamptz) returns uuid language sql as $$
  with arranged as (select tests.a_user_with_phone() as user_id)
  insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for)
  select user_id, tests.phone_of(user_id), p_words, 'scheduled', p_at from arranged
  returning id;
$$;
create function pg_temp.state(p_words text) returns text language sql as $$
  select status::text from sms_messages where message_content = p_words
$$;
-- Asks the provider, whose list has one text, and tells what was found.
create function pg_temp.look(p_now timestamptz) returns table (words text, outcome text) language plpgsql as $$
begin
  create temporary table look on commit drop as select * from claim_sms_to_reconcile('+15005550006', p_now => p_now);
  return query
  select message.message_content, told.outcome
  from record_sms_reconciliation(
    (
      select jsonb_agg(jsonb_build_object(
        'attempt_id', look.attempt_id, 'look_token', look.look_token, 'is_complete', true,
        'entries', case when known.message_content = 'sent again by hand' then jsonb_build_array(jsonb_build_object(
          'sid', 'SM1', 'status', 'delivered', 'direction', 'outbound-api', 'date_created', '2040-05-01T12:30:00+00:00',
          'to_number', look.phone_number, 'from_number', '+15005550006', 'body', 'sent again by hand'
        )) else '[]' end
      ))
      from look inner join sms_messages as known on known.id = look.message_id
    ),
    p_now
  ) as told
  inner join sms_messages as message on message.id = told.message_id;
  drop table look;
end $$;

select herald.register_sender('+15005550006', p_account => 'ours');
-- In doubt when the backup was made; in the lost database somebody has it sent again, at half past twelve.
select pg_temp.sms('sent again by hand', '2040-05-01 11:50:00+00');
select tick('2040-05-01 11:50:00+00');
create temporary table claim on commit drop as select * from claim_sms('+15005550006', p_now => '2040-05-01 11:50:01+00', p_lease => '1 minute');
select tick('2040-05-01 11:52:00+00');
select is(
  (select outcome from herald.sms_attempts), 'unknown', 'one text was in doubt before the backup was made'
);

select pg_temp.sms('in other words', '2040-05-01 12:10:00+00');
select pg_temp.sms('only once', '2040-05-01 12:10:00+00');
update sms_messages set status = 'queued' where message_content = 'only once';
update queue_jobs set max_attempts = 1 where id = (select queue_job_id from sms_messages where message_content = 'only once');
update herald.settings set kill_switch = true, on_unknown = 'hold';
select results_eq(
  $$select held_texts from hold_after_restore('2040-05-01 12:00:00+00', '2040-05-01 13:00:00+00', '2040-05-01 14:00:00+00')$$,
  'values (2)', 'two are held'
);

-- Another account sends on the same database: nobody knows which of them the lost one took.
select herald.register_sender('+15005550007', p_account => 'theirs');
select results_eq(
  $$select * from pg_temp.look('2040-05-01 14:30:00+00') order by 1$$,
  $$values ('in other words', 'absent'), ('only once', 'absent'), ('sent again by hand', 'found')$$,
  'all are looked for, and what was sent again until the end is found'
);
select is(pg_temp.state('sent again by hand'), 'delivered', 'it does not go a third time');

update herald.settings set kill_switch = false, on_unknown = 'resend';
select results_eq(
  $$select * from pg_temp.look('2040-05-01 23:30:00+00') order by 1$$, $$values ('in other words', 'absent'), ('only once', 'absent')$$,
  'that on_unknown is resend sends none of them'
);
select is(pg_temp.state('in other words'), 'sending', 'they stay held');
select is_empty($$select from claim_sms('+15005550006', p_now => '2040-05-01 23:31:00+00')$$, 'and nobody gets them');

select ok(
  (select resolve_sms_in_doubt(id, false, p_now => '2040-05-01 23:32:00+00') from sms_messages where message_content = 'only once'),
  'somebody decides that one has not gone'
);
select is(pg_temp.state('only once'), 'queued', 'the hold was none of its attempts');
select is(
  (select message_content from claim_sms('+15005550006', p_now => '2040-05-01 23:32:01+00')), 'only once', 'it goes'
);

-- What was gathered before the backup: the lost database has told it at the end of its window.
alter table users add column if not exists email text;
create temporary table reader on commit drop as select tests.a_user_with_phone() as id;
update users set email = 'reader@example.com' where id = (select id from reader);
insert into notification_subscriptions (user_id, event_type) select id, 'calendar.sync_failed' from reader;
update user_notification_preferences set batch_enabled = true, batch_interval_minutes = 30, sms_enabled = true;
select from emit_notification_event('calendar.sync_failed', p_payload => '{"title": "One", "n": 1}');
update herald.settings set kill_switch = true;
select results_eq(
  $$select * from hold_after_restore(now(), now() + interval '1 hour', now() + interval '2 hours')$$, 'values (1, 1)',
  'a digest is closed as of the end, and what it makes is held and ended'
);
update herald.settings set kill_switch = false;
select is_empty(
  $$select from claim_sms('+15005550006', p_now => now() + interval '3 hours') where message_content like '%calendar%'$$,
  'and not sent'
);

select * from finish();
rollback;
