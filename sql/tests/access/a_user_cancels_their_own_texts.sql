-- A signed-in user sees, cancels, skips and ends what waits for them, and learns nothing of anybody else's: somebody
-- else's text is no text at all.
begin;
select plan(42);

create temporary table me on commit drop as select a_user_with_phone('+12025550184') as ada, a_user_with_phone('+12025550185') as bob, gen_random_uuid() as nobody;
create temporary table queued on commit drop as
select whose, queue_sms_message(id, null, 'for ' || whose, p_scheduled_for => now() + interval '2 days') as single,
  queue_sms_message(id, null, 'each day, ' || whose, p_scheduled_for => now() + interval '1 day', p_recurrence_pattern => 'FREQ=DAILY') as series
from (select 'ada' as whose, ada as id from me union all select 'bob', bob from me) as two;
do $$ begin perform herald.begin_verification(ada, '+12025550186', now()) from me; end $$;
create temporary table code on commit drop as select id from sms_messages where category = 'verification';
grant select on me, queued, code to herald_client;
select set_config('request.jwt.claims', json_build_object('sub', ada)::text, true) from me;
set local role herald_client;

select set_eq('select id from public.sms_messages', 'select unnest(array[single, series]) from queued where whose = ''ada''', 'the table shows one''s own texts, and no code');
select throws_ok(format('select %s from public.sms_messages', name), '42501', null, 'nor ' || name)
from unnest(array['phone_number', 'idempotency_key', 'request_digest']) as name;
select throws_ok(statement, '42501', null, statement)
from unnest(array[
  $$update public.sms_messages set status = 'cancelled'$$, 'delete from public.sms_messages', 'select id from public.sms_messages for update',
  $$insert into public.sms_messages (user_id, phone_number, message_content) select ada, '+12025550184', 'x' from me$$,
  'select processing_token from public.queue_jobs', 'select metadata from public.queue_jobs', 'select id from public.queue_jobs for update',
  'update public.queue_jobs set priority = 0', 'select from public.sms_templates', 'select metadata, actor_user_id from public.notification_events'
]) as statement;
select set_eq('select message_id from public.list_scheduled_sms()', 'select unnest(array[single, series]) from queued where whose = ''ada''', 'the list shows one''s own');
select is_empty('select from me cross join lateral public.list_scheduled_sms(bob)', 'and of others nothing');
select is((select count(*) from me cross join lateral public.get_scheduled_sms_for_user(ada)), 2::bigint, 'so does the call of the field');
select is_empty('select from me cross join lateral public.get_scheduled_sms_for_user(bob)', 'with nothing of others');
select is((select count(*) from queued cross join lateral public.list_sms_occurrences(series, p_limit => 3) where whose = 'ada'), 3::bigint, 'a series shows what is ahead');
select results_eq($$select gate, verdict from queued cross join lateral public.explain_sms(single) where whose = 'ada'$$, $$values ('outcome', 'waits')$$, 'a text says what becomes of it');

-- Somebody else's and none are one.
create function pg_temp.answer(p_call text, p_id uuid) returns text language plpgsql as $$
declare
  v_answer text;
begin
  execute 'select ' || replace(p_call, '?', quote_literal(p_id)) into v_answer;
  return coalesce(v_answer, 'null');
exception
  when others then
    return sqlstate || ' ' || replace(sqlerrm, p_id::text, 'it');
end $$;
select is(pg_temp.answer(call, id), pg_temp.answer(call, nobody), call || ' does not tell whether somebody else has ' || kind)
from me cross join lateral (select 'a text' as kind, single as id from queued where whose = 'bob' union all select 'a series', series from queued where whose = 'bob') as theirs
cross join unnest(array[
  'public.cancel_sms(?)', 'public.end_sms_series(?)', 'public.skip_sms_occurrence(?, now())', 'row(explain.*)::text from public.explain_sms(?) as explain',
  'row(listed.*)::text from public.list_sms_occurrences(?) as listed'
]) as call;
select is((select public.cancel_sms(id) from code), false, 'nor is a code cancelled by whoever asked for it');

select throws_ok('select from me cross join lateral public.explain_sms(p_user_id => ada)', '42501', null, 'what would be is the team''s to ask');
select ok((select public.cancel_sms(single, 'not now') from queued where whose = 'ada'), 'one''s own is cancelled');
select is((select status || ' ' || cancel_reason from queued inner join public.sms_messages on id = single), 'cancelled not now', 'with the reason');
select lives_ok(
  $$select public.skip_sms_occurrence(series, (select occurrence_at from public.list_sms_occurrences(series, p_limit => 1))) from queued where whose = 'ada'$$, 'one of one''s own series is skipped'
);
select ok((select public.end_sms_series(series) from queued where whose = 'ada'), 'and the series ended');
select is((select public.end_sms_series(series) from queued where whose = 'ada'), false, 'once');
reset role;
select is((select count(*) from sms_messages inner join queued on id in (single, series) where whose = 'bob' and status = 'scheduled'), 2::bigint, 'somebody else''s wait as before');

-- Who cancels says why, and is counted by that as nothing else.
insert into queued select 'ada again', queue_sms_message(ada, null, 'again', p_scheduled_for => now() + interval '2 days'), null from me;
set local role herald_client;
select ok((select public.cancel_sms(single, 'limits: 10 of 10 texts are used') from queued where whose = 'ada again'), 'a reason can look like a rule');
reset role;
select is(
  (select daily_limit_hit_count from get_sms_daily_metrics((now() at time zone 'UTC')::date, (now() at time zone 'UTC')::date)), 0,
  'and is none to the statistics'
);

-- The way in takes nothing but the calls.
set local role herald_client;
select throws_ok($$insert into herald.client_calls (call, arguments) values ('tick', '{}')$$, '22023', null, 'there is no other call');
select is_empty('select from herald.client_calls', 'and nothing is kept of them');
reset role;

select * from finish();
rollback;
