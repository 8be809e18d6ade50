-- What a plain insert leaves open or gets wrong is set right or refused; a row from before that is planned and sent.
-- One such row once stopped every tick for everybody.
begin;
select plan(15);

create temporary table who on commit drop as select a_user_with_phone('+12025550151') as odd, a_user_with_phone('+12025550152') as other;
create function pg_temp.a_row(p_columns text, p_values text) returns void language plpgsql as $$
begin
  execute format(
    'insert into sms_messages (user_id, phone_number, message_content, %s) select odd, ''+12025550151'', ''odd'', %s from who',
    p_columns, p_values
  );
end $$;

select pg_temp.a_row('attempt_count, max_attempts, metadata', 'null, null, null');
select results_eq(
  'select attempt_count, max_attempts, metadata from sms_messages', $$values (0, 3, '{}'::jsonb)$$,
  'what a plain insert sets to null means no attempts of three, and nothing said'
);
update sms_messages set attempt_count = null, max_attempts = null, metadata = null;
select results_eq(
  'select attempt_count, max_attempts, metadata from sms_messages', $$values (0, 3, '{}'::jsonb)$$, 'so does a plain update'
);
select throws_ok(format('select pg_temp.a_row(%L, %L)', 'metadata', quote_literal(value)), '22023', null, format('metadata may not be %s', value))
from unnest(array['5', '"x"', '[]', 'null', 'true']) as value;
select throws_ok(
  format('select pg_temp.a_row(%L, %L)', 'scheduled_for', quote_literal(value)), '22023', null, format('%s is no time', value)
) from unnest(array['infinity', '-infinity']) as value;
select is((tick() ->> 'promoted')::integer, 1, 'the text is planned');
delete from sms_messages;

-- Rows from before these rules.
alter table sms_messages disable trigger t20_check_sms_message;
select pg_temp.a_row('attempt_count, max_attempts, metadata, scheduled_for', $$null, null, '5', now() - interval '1 minute'$$);
alter table sms_messages enable trigger t20_check_sms_message;
select from queue_sms_message((select other from who), '+12025550152', 'innocent', p_scheduled_for => now() + interval '6 minutes');
select is((tick(now() + interval '2 minutes') -> 'failed'), null, 'no part of the tick fails for an odd row');
select is(
  (select array_agg(message_content || ' ' || status order by message_content) from sms_messages), '{"innocent queued","odd queued"}',
  'both texts are planned'
);
select is(
  (select metadata ->> 'message' from claim_pending_jobs('{send_sms}', 5, '1 minute', now() + interval '2 minutes')), 'odd',
  'the odd one is claimed with its words'
);
select is((select max_attempts from queue_jobs order by scheduled_for limit 1), 3, 'and has three attempts');
select is(
  (select array_agg(message_content) from claim_sms('a sender', p_now => now() + interval '6 minutes')), '{innocent}', 'and the other one goes'
);

select * from finish();
rollback;
