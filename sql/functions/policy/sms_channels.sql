-- Whether and where users can be texted: one row for each of them, also for those who have no preferences.
create or replace function herald.sms_channels(p_user_ids uuid[])
returns table (
  user_id uuid,
  has_sms_available boolean,
  phone_number text,
  phone_verified boolean,
  phone_verified_at timestamptz,
  opted_out boolean
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    asked.user_id,
    coalesce(
      wishes.phone_number is not null
      and wishes.phone_verified
      and not wishes.opted_out
      and suppressed.number_hash is null,
      false
    ),
    wishes.phone_number,
    coalesce(wishes.phone_verified, false),
    wishes.phone_verified_at,
    coalesce(wishes.opted_out, false)
  from (select distinct unnest(p_user_ids) as user_id) as asked
  left join public.user_sms_preferences as wishes on wishes.user_id = asked.user_id
  left join herald.suppressed_numbers as suppressed
    on suppressed.number_hash = herald.number_hash(wishes.phone_number);
$$;

comment on function herald.sms_channels(uuid[]) is 'What get_user_sms_channel_info says, for many users at once.';

revoke execute on function herald.sms_channels(uuid[]) from public;
grant execute on function herald.sms_channels(uuid[]) to herald_runner;
