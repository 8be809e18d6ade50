-- Every sequence of up to five reports, with any word any number of times, ends where its words say, whatever their
-- order: delivered beats all; failed or undelivered, whichever came first, beats what goes before; and a report of any
-- kind proves that the text was accepted. Text, delivery, job, attempt and ledger agree.
begin;
select plan(10);

create temporary table word (word text, code integer) on commit drop;
insert into word values ('sent', null), ('delivered', null), ('undelivered', 30003), ('failed', 30008), ('queued', null);
create temporary table sequence on commit drop as
with recursive step as (
  select array[word] as words from word
  union all
  select step.words || word.word from step cross join word where cardinality(step.words) < 5
)
select
  row_number() over (order by cardinality(words), words) as number, words, gen_random_uuid() as user_id, gen_random_uuid() as delivery_id,
  'SM' || row_number() over (order by cardinality(words), words) as sid
from step;
select is((select count(*) from sequence), 3905::bigint, '5 + 25 + 125 + 625 + 3,125 sequences');

-- Each on a text of its own that is being sent; of every third the answer with the SID has been recorded before the first report, of the others it is lost.
insert into users (id) select user_id from sequence;
insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
select user_id, '+1303' || lpad(number::text, 7, '0'), true, null, null, 1000 from sequence;
insert into notification_deliveries (id, recipient_user_id, channel) select delivery_id, user_id, 'sms' from sequence;
insert into sms_messages (user_id, phone_number, message_content, notification_delivery_id)
select user_id, '+1303' || lpad(number::text, 7, '0'), number::text, delivery_id from sequence;
select is(herald.promote_messages(array(select id from sms_messages), now()), 3905, 'each has a text');
create temporary table claim on commit drop as select * from claim_sms('a sender', 5000, p_now => now() + interval '1 second');
select is((select count(*) from claim), 3905::bigint, 'which is claimed');
select from record_sms_results((
  select jsonb_agg(jsonb_build_object(
    'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id,
    'sid', case when number % 3 = 0 then sid end, 'http_status', case when number % 3 = 0 then 201 else 500 end
  ))
  from claim inner join sequence on number = message_content::integer
));

select is(
  (
    select count(record_twilio_status(attempt_id, sid, word, code, p_now => '2040-05-01 12:00+00'::timestamptz + place * interval '1 second'))
    from (
      select sequence.sid, claim.attempt_id, given.word, word.code, given.place
      from sequence
      inner join claim on number = message_content::integer
      cross join unnest(sequence.words) with ordinality as given (word, place)
      inner join word using (word)
      order by given.place, sequence.number
    ) as told
  ),
  18555::bigint, 'every report is taken'
);

create temporary table expected on commit drop as
select
  sequence.*,
  case
    when 'delivered' = any (words) then 'delivered'
    else coalesce((select given.word from unnest(words) with ordinality as given (word, place) where given.word in ('failed', 'undelivered') order by place limit 1), 'sent')
  end as status
from sequence;
select is_empty(
  $$
  select words, expected.status, message.status
  from expected inner join sms_messages as message using (user_id)
  where message.status::text <> expected.status or message.twilio_sid is distinct from sid
  $$, 'every text ends where its reports say'
);
select is_empty(
  $$
  select words, message.status
  from expected inner join sms_messages as message using (user_id)
  where message.sent_at is null and message.status <> 'failed'
    or (message.delivered_at is null) <> (message.status <> 'delivered')
    or (message.failed_at is null) <> (message.status not in ('failed', 'undelivered'))
    or message.twilio_error_code is distinct from case
      when message.status in ('failed', 'undelivered') then (
        -- The latest reason that was given.
        select word.code from unnest(words) with ordinality as given (word, place) inner join word using (word)
        where word.code is not null order by place desc limit 1
      )
    end
  $$, 'with the timestamps and the error that belong there'
);
select is_empty(
  $$
  select words, delivery.status
  from expected inner join notification_deliveries as delivery on delivery.id = delivery_id
  where delivery.status <> case expected.status when 'undelivered' then 'failed' else expected.status end
  $$, 'its delivery says the same'
);
select is_empty($$select words, job.status from expected inner join queue_jobs as job using (user_id) where job.status <> 'completed'$$, 'its job has ended');
select is_empty(
  $$select words from expected inner join sms_messages as m using (user_id) inner join herald.sms_attempts as a on a.message_id = m.id where a.outcome <> 'accepted' or a.twilio_sid <> sid$$,
  'its attempt was accepted'
);
select is_empty(
  $$
  select words
  from expected
  cross join lateral (
    select count(*) as rows, sum(times_received) as times, bool_and(message_id is not null) as are_placed from herald.sms_status_log where twilio_sid = sid
  ) as log
  where (rows, times) is distinct from ((select count(distinct word) from unnest(words) as word), cardinality(words)::numeric) or not are_placed
  $$, 'and the ledger has each word once, with how often it came'
);

select * from finish();
rollback;
