-- Codes cost money and ring telephones: so many for a user, to a number, to a country, and none where a team says so.
begin;
select plan(23);

create function pg_temp.start(p_user_id uuid, p_number text, p_at timestamptz) returns text language sql as $$
  select status || coalesce(' ' || to_char(again_at at time zone 'UTC', 'HH24:MI'), '') from herald.begin_verification(p_user_id, p_number, p_at)
$$;
create temporary table who on commit drop as select a_user() as id;

select is(
  (select array_agg(split_part(pg_temp.start(id, '+1202555' || (3000 + minute)::text, '2030-05-01 12:00+00'::timestamptz + minute * interval '2 minutes'), ' ', 1)) from who cross join generate_series(1, 5) as minute),
  '{sent,sent,sent,sent,sent}', 'five in an hour for a user, to whatever numbers'
);
select is(pg_temp.start(id, '+12025553009', '2030-05-01 12:20+00'), 'too_many 13:02', 'the sixth waits until the first is an hour old') from who;
select is(pg_temp.start(id, '+12025553009', '2030-05-01 13:02+00'), 'sent 13:03', 'and goes then') from who;
select is(
  (select array_agg(split_part(pg_temp.start(id, '+12025553010', '2030-05-01 16:00+00'::timestamptz + hour * interval '1 hour'), ' ', 1)) from who cross join generate_series(1, 5) as hour),
  '{sent,sent,sent,sent,too_many}', 'ten on a day'
);

select is(
  (select array_agg(split_part(pg_temp.start(a_user(), '+12025553100', '2030-06-01 12:00+00'::timestamptz + minute * interval '1 second'), ' ', 1)) from generate_series(1, 6) as minute),
  '{sent,sent,sent,sent,sent,too_many}', 'five in an hour to a number, whoever asks'
);

insert into herald.verification_limits (scope, within, phone_prefix, most) values ('country', '10 minutes', '+44', 2), ('country', '1 day', '+7', 0);
select is(
  (select array_agg(split_part(pg_temp.start(a_user(), '+44770090000' || n, '2030-06-01 12:00+00'), ' ', 1)) from generate_series(1, 3) as n), '{sent,sent,too_many}',
  'so many to a country'
);
select is(pg_temp.start(a_user(), '+353851234567', '2030-06-01 12:00+00'), 'sent 12:01', 'another country has its own');
select is(pg_temp.start(a_user(), '+447700900009', '2030-06-01 12:10:00+00'), 'sent 12:11', 'and the time goes by');
select is(
  (select (status, again_at)::text from herald.begin_verification(a_user(), '+79161234567', '2030-06-01 12:00+00')), '(too_many,infinity)', 'to some none go at all'
);

-- Asking again and again for other numbers leaves nothing behind.
create temporary table flood on commit drop as select a_user() as id;
select is(pg_temp.start(id, '+12025553300', '2030-06-01 12:00+00'), 'sent 12:01', 'a code') from flood;
create temporary table turns on commit drop as select whose from herald.verification_turns;
do $$ begin perform pg_temp.start(id, '+1202555' || (4000 + n), '2030-06-01 12:00:30+00') from flood cross join generate_series(1, 20) as n; end $$;
select set_eq('select whose from herald.verification_turns', 'select whose from turns', 'whoever gets no code takes no turn');

-- An account made anew lifts no limit.
create function pg_temp.sign_up_and_leave(p_number text, p_at timestamptz) returns text language plpgsql as $$
declare
  v_id constant uuid := a_user();
  v_said constant text := split_part(pg_temp.start(v_id, p_number, p_at), ' ', 1);
begin
  delete from users where id = v_id;
  return v_said;
end;
$$;
select is(
  (select array_agg(pg_temp.sign_up_and_leave('+12025553200', '2030-07-01 12:00+00'::timestamptz + n * interval '1 second')) from generate_series(1, 6) as n),
  '{sent,sent,sent,sent,sent,too_many}', 'a number''s limit outlives its users'
);
select is(
  (select array_agg(pg_temp.sign_up_and_leave('+44770090010' || n, '2030-07-01 12:00+00')) from generate_series(1, 3) as n), '{sent,sent,too_many}', 'so does a country''s'
);
select is_empty(
  $$select from herald.phone_verifications where user_id is null and (num_nonnulls(phone_number, salt, code_hash, message_id) > 0 or outcome <> 'deleted' or redacted_at is null)$$,
  'what is left names nobody'
);
update herald.settings set verification_provider = 'twilio_verify';
select is(pg_temp.sign_up_and_leave('+12025553201', now()), 'sent', 'with Twilio Verify');
select is_empty('select from herald.claim_verify_requests()', 'nothing is asked for who is gone');
update herald.settings set verification_provider = 'own';
select is((select tick('2030-09-01 12:00+00') is not null), true, 'and when no limit asks for it');
select is_empty('select from herald.phone_verifications where user_id is null', 'it is forgotten');

select is(herald.country_code(number), code, number || ' is ' || code) from (values
  ('+12025550123', '+1'), ('+79161234567', '+7'), ('+491701234567', '+49'), ('+3531234567', '+353'), ('+85212345678', '+852')
) as known (number, code);

select * from finish();
rollback;
