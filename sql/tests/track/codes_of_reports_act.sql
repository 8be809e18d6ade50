-- What a report of failure means beyond its text is a row of herald.report_codes: two failures of a number that does
-- not exist suppress it, one delivery in between clears it, and a sender that the carriers do not take rests.
begin;
select plan(22);

create function pg_temp.report(p_number text, p_status text, p_code integer, p_at timestamptz default '2040-05-01 12:00+00') returns boolean
language plpgsql as $$
declare
  v_user_id constant uuid := coalesce((select user_id from user_sms_preferences where phone_number = p_number), a_user_with_phone(p_number));
  v_id constant uuid := queue_sms_message(v_user_id, p_number, 'hello');
  v_claim record;
begin
  select * into v_claim from claim_sms('a sender', p_now => p_at - interval '1 minute');
  return record_twilio_status(v_claim.attempt_id, 'SM' || v_id, p_status, p_code, p_now => p_at);
end;
$$;
create function pg_temp.suppressed() returns text language sql as
$$select string_agg(phone_number || ' ' || reason || ' ' || source, ', ' order by phone_number) from herald.suppressed_numbers$$;
update herald.settings set default_expiry = null;

select is(pg_temp.report('+12025550101', 'undelivered', 30005), true, 'a number does not exist');
select is(pg_temp.suppressed(), null, 'once may be a mistake');
select is(pg_temp.report('+12025550101', 'failed', 30006), true, 'twice, by either of the two codes,');
select is(pg_temp.suppressed(), '+12025550101 30006: a landline, or a carrier that takes no texts undeliverable', 'and it is not texted any more');
select is((select count(*) from herald.consent_log), 0::bigint, 'its holder has withdrawn nothing');
select is((select opted_out from user_sms_preferences), false, 'and has not opted out');

select is(pg_temp.report('+12025550102', 'undelivered', 30005), true, 'another number fails');
select is(record_twilio_status(null, (select max(twilio_sid) from sms_messages where phone_number = '+12025550102'), 'undelivered', 30005), false, 'the same report again');
select is((select failures from herald.failing_numbers where number_hash = herald.number_hash('+12025550102')), 1, 'is no second failure');
select is(pg_temp.report('+12025550102', 'delivered', null), true, 'then a text is delivered');
select is(pg_temp.report('+12025550102', 'undelivered', 30005), true, 'so that the next failure');
select is(pg_temp.suppressed() like '%0102%', false, 'is the first again');

do $$ begin
  perform pg_temp.report('+12025550103', 'undelivered', code) from unnest('{30003, 30004, 30007, 30008, 30036, 99999, null}'::integer[]) as code;
end $$;
select is(pg_temp.suppressed() like '%0103%', false, 'other codes suppress nothing, however often they come');
update herald.report_codes set suppress_after = 3 where error_code = 30003;
do $$ begin
  perform pg_temp.report('+12025550104', 'undelivered', 30003) from generate_series(1, 3);
end $$;
select is(pg_temp.suppressed() like '%+12025550104 30003: the handset is off or out of reach undeliverable%', true, 'unless a team says so');

select is(pg_temp.report('+12025550105', 'failed', 21610), true, 'a STOP that only the provider knows of');
select is(
  (select (change, source, words)::text from herald.consent_log), '(opted_out,provider,"21610: the recipient has answered STOP")', 'is in the ledger of consent'
);

-- The code comes by a second report.
select is(pg_temp.report('+12025550106', 'undelivered', null), true, 'a report without a code');
select is(record_twilio_status(null, (select twilio_sid from sms_messages where phone_number = '+12025550106'), 'undelivered', 30005), false, 'and then one with it');
select is((select failures from herald.failing_numbers where number_hash = herald.number_hash('+12025550106')), 1, 'count once');

select is((select paused_until from herald.senders), null, 'the sender does not rest yet');
select is(pg_temp.report('+12025550107', 'undelivered', 30034), true, 'the sender is not registered');
select is(
  (select (sender, paused_until = '2040-05-01 13:00+00', pause_reason)::text from herald.senders), '("a sender",t,"reported: 30034: the sender is not registered")',
  'and rests for an hour'
);

select * from finish();
rollback;
