-- Checks that Twilio Verify has not answered yet are tries, too.
begin;
select plan(12);

update herald.settings set verification_provider = 'twilio_verify';
create temporary table who on commit drop as select a_user() as id;
create function pg_temp.start(p_number text, p_at timestamptz) returns text language sql as $$select status from who cross join lateral herald.begin_verification(who.id, p_number, p_at)$$;
create function pg_temp.check_code(p_code integer, p_at timestamptz) returns text language sql as $$select herald.check_verification(id, lpad(p_code::text, 6, '0'), p_at) from who$$;
create function pg_temp.answer(p_outcome text, p_at timestamptz, p_limit integer) returns void language sql as $$
  select herald.record_verify_result(id, p_outcome, p_at) from herald.verify_requests where kind = 'check' and outcome is null order by created_at limit p_limit
$$;

select is(pg_temp.start('+12025550170', '2030-05-01 12:00+00'), 'sent', 'a code is asked for');
select is((select array_agg(distinct pg_temp.check_code(n, '2030-05-01 12:01+00')) from generate_series(1, 50) as n), '{checking}', 'fifty guesses at once');
select is((select count(*) from herald.verify_requests where kind = 'check'), 5::bigint, 'are five requests');
select pg_temp.answer('wrong', '2030-05-01 12:01:10+00', 4);
select is(pg_temp.check_code(99, '2030-05-01 12:01:20+00'), 'checking', 'four wrong ones and one without an answer leave no more');
select is((select count(*) from herald.verify_requests where kind = 'check'), 5::bigint, 'still');
select pg_temp.answer('wrong', '2030-05-01 12:01:30+00', 1);
select is((select outcome from herald.phone_verifications), 'too_many_tries', 'the fifth ends it');
select is(pg_temp.check_code(99, '2030-05-01 12:01:40+00'), 'none', 'and nothing is asked any more');

-- Runners that are gone.
select is(pg_temp.start('+12025550170', '2030-05-01 12:10+00'), 'sent', 'another code');
select is((select array_agg(distinct pg_temp.check_code(n, '2030-05-01 12:11+00')) from generate_series(1, 5) as n), '{checking}', 'five guesses that no runner takes');
select is(pg_temp.check_code(6, '2030-05-01 12:12:01+00'), 'checking', 'take no try away');
select from herald.claim_verify_requests(20, '2030-05-01 12:12:02+00');
select is((select array_agg(distinct pg_temp.check_code(n, '2030-05-01 12:12:01+00')) from generate_series(7, 10) as n), '{checking}', 'what a runner took');
select from herald.claim_verify_requests(20, '2030-05-01 12:12:03+00');
select is(pg_temp.check_code(11, '2030-05-01 12:14+00'), 'too_many_tries', 'and never told of may have been asked');

select * from finish();
rollback;
