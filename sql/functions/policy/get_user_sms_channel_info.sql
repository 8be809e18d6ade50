-- Whether a user can be texted, and at which number.
create or replace function public.get_user_sms_channel_info(p_user_id uuid)
returns table (
  has_sms_available boolean,
  phone_number text,
  phone_verified boolean,
  phone_verified_at timestamptz,
  opted_out boolean
)
language sql
stable
set search_path = ''
as $$
  select
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
  from (select p_user_id as user_id) as asked
  left join public.user_sms_preferences as wishes on wishes.user_id = asked.user_id
  left join herald.suppressed_numbers as suppressed
    on suppressed.number_hash = herald.number_hash(wishes.phone_number);
$$;

comment on function public.get_user_sms_channel_info(uuid) is
$$Whether and where a user can be texted: always exactly one row.

Available means: there is a number, it is verified, it is not suppressed, and the user has not opted out.$$;

revoke execute on function public.get_user_sms_channel_info(uuid) from public;
grant execute on function public.get_user_sms_channel_info(uuid) to herald_runner;
