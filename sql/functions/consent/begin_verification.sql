-- Sends a code to a number that a user says is theirs. The number in use stays in use until the new one is confirmed.
--
-- The number's turn is taken first, so that a STOP from it comes before or after; then the preferences, so that a user
-- does one thing at a time; then the country's turn, so that nobody gets past the limits by asking twice in the same
-- moment.
create or replace function herald.begin_verification(p_user_id uuid, p_phone_number text, p_now timestamptz)
returns table (status text, expires_at timestamptz, again_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_setting herald.settings;
  v_wishes public.user_sms_preferences;
  v_latest herald.phone_verifications;
  v_salt constant bytea := uuid_send(gen_random_uuid());
  -- Six random bytes of a UUID, of the server's cryptographic source: the remainder prefers no code by more than one
  -- in 280 million.
  v_code constant text := lpad(
    (('x' || encode(substr(uuid_send(gen_random_uuid()), 1, 6), 'hex'))::bit(48)::bigint % 1000000)::text, 6, '0'
  );
  v_wait timestamptz;
  v_message_id uuid;
begin
  perform herald.require_e164('p_phone_number', p_phone_number);
  if not herald.user_exists(p_user_id) then
    perform herald.refuse_unknown('p_user_id', p_user_id::text);
  end if;
  select * into v_setting from herald.settings;

  -- Whoever gets no code takes no turn either, or anybody could fill the table with numbers.
  v_wait := greatest(
    (select max(created_at) from herald.phone_verifications where user_id = p_user_id)
    + v_setting.verification_cooldown,
    herald.verification_wait(p_user_id, p_phone_number, p_now)
  );
  if v_wait is null or v_wait <= p_now then
    perform herald.take_number(p_phone_number);
  end if;
  insert into public.user_sms_preferences (user_id) values (p_user_id) on conflict (user_id) do nothing;
  select * into v_wishes from public.user_sms_preferences where user_id = p_user_id for no key update;
  insert into herald.verification_turns as turn (whose, taken_at)
  values (herald.country_code(p_phone_number), p_now)
  on conflict (whose) do update set taken_at = p_now;

  if v_wishes.phone_number = p_phone_number and v_wishes.phone_verified then
    return query select 'verified', null::timestamptz, null::timestamptz;
    return;
  end if;
  if exists (select from herald.standing_opt_out(p_phone_number, false))
    or (v_wishes.phone_number = p_phone_number and v_wishes.opted_out)
  then
    return query select 'opted_out', null::timestamptz, null::timestamptz;
    return;
  end if;
  if exists (
    select from herald.suppressed_numbers where number_hash = herald.number_hash(p_phone_number)
  ) then
    return query select 'unreachable', null::timestamptz, null::timestamptz;
    return;
  end if;

  select *
  into v_latest
  from herald.phone_verifications
  where user_id = p_user_id
  order by created_at desc
  limit 1;
  again_at := greatest(
    v_latest.created_at + v_setting.verification_cooldown,
    herald.verification_wait(p_user_id, p_phone_number, p_now), v_wait
  );
  if again_at > p_now then
    return query
    select
      case
        when again_at = v_latest.created_at + v_setting.verification_cooldown then 'too_soon' else 'too_many'
      end,
      case when v_latest.ended_at is null then v_latest.expires_at end, again_at;
    return;
  end if;

  if v_latest.ended_at is null and v_latest.id is not null then
    perform herald.end_verification(v_latest.id, 'superseded', p_now);
  end if;

  if v_setting.verification_provider = 'twilio_verify' then
    with made as (
      insert into herald.phone_verifications (
        user_id, phone_number, number_hash, country, provider, created_at, expires_at
      )
      values (
        p_user_id, p_phone_number, herald.number_hash(p_phone_number), herald.country_code(p_phone_number),
        'twilio_verify', p_now, p_now + v_setting.verification_lifetime
      )
      returning id
    )
    insert into herald.verify_requests (verification_id, kind, created_at)
    select id, 'start', p_now from made;
    return query
    select 'sent', p_now + v_setting.verification_lifetime, p_now + v_setting.verification_cooldown;
    return;
  end if;

  insert into public.sms_messages (
    user_id, phone_number, message_content, priority, category, expires_at, created_at
  )
  values (
    p_user_id, p_phone_number, replace(v_setting.verification_words, '{{code}}', v_code), 'urgent', 'verification',
    p_now + v_setting.verification_lifetime, p_now
  )
  returning id into v_message_id;
  insert into herald.phone_verifications (
    user_id, phone_number, number_hash, country, provider, salt, code_hash, message_id, created_at, expires_at
  )
  values (
    p_user_id, p_phone_number, herald.number_hash(p_phone_number), herald.country_code(p_phone_number), 'own', v_salt,
    sha256(v_salt || convert_to(v_code, 'UTF8')), v_message_id, p_now, p_now + v_setting.verification_lifetime
  );
  perform herald.promote_messages(array[v_message_id], p_now);

  return query
  select 'sent', p_now + v_setting.verification_lifetime, p_now + v_setting.verification_cooldown;
end;
$$;

comment on function herald.begin_verification(uuid, text, timestamptz) is
'What start_phone_verification does, at any instant.';

revoke execute on function herald.begin_verification(uuid, text, timestamptz) from public;
grant execute on function herald.begin_verification(uuid, text, timestamptz) to herald_runner;
