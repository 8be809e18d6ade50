-- F92: late callbacks moved `delivered` back to `queued`. Every order of every set of reports, with each report told
-- twice, ends where the furthest of them says.
begin;
select plan(3);

create temporary table story on commit drop as
with recursive told (words, reports) as (
  select words, array[word]
  from (values ('{queued,sending,sent,delivered}'::text[]), ('{sent,undelivered,delivered}'), ('{queued,sent,undelivered}'),
    ('{sending,failed,sent}')) as given (words)
  cross join unnest(words) as word
  union all
  select words, reports || word
  from told
  cross join unnest(words) as word
  where word <> all (reports)
)
select row_number() over () as id, reports, a_text('sending') as message_id, gen_random_uuid()::text as sid, null::text[] as seen
from told;
update sms_messages set status = 'sent', twilio_sid = sid from story where sms_messages.id = message_id;

do $$
declare
  v_story record;
  v_report text;
begin
  for v_story in select * from story loop
    foreach v_report in array v_story.reports || v_story.reports loop
      perform record_twilio_status(null, v_story.sid, v_report, p_now => '2040-05-01 12:00:00+00');
      update story set seen = seen || (select status::text from sms_messages where id = message_id) where id = v_story.id;
    end loop;
  end loop;
end;
$$;

select is_empty(
  $$
    select reports, status
    from story
    inner join sms_messages on sms_messages.id = message_id
    where status::text <> case
      when 'delivered' = any (reports) then 'delivered'
      when 'undelivered' = any (reports) then 'undelivered'
      when 'failed' = any (reports) then 'failed'
      else 'sent'
    end
  $$,
  'whatever the order, a text ends where its furthest report says'
);
select is_empty(
  $$
    select reports, step, seen
    from story
    cross join generate_subscripts(seen, 1) as step
    where herald.status_rank(seen[step + 1]) < herald.status_rank(seen[step])
  $$,
  'on no way did it go back'
);
select is_empty(
  $$
    select reports, log.twilio_status, log.times_received
    from story
    cross join unnest(reports) as report
    left join herald.sms_status_log as log on log.twilio_sid = sid and log.twilio_status = report
    where log.times_received is distinct from 2
  $$,
  'the ledger has every report once, and that it came twice'
);

select * from finish();
rollback;
