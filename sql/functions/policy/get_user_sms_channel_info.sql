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
rows 1
set search_path = pg_catalog, pg_temp
as $$
  select has_sms_available, phone_number, phone_verified, phone_verified_at, opted_out
  from herald.sms_channels(array[p_user_id]);
$$;

comment on function public.get_user_sms_channel_info(uuid) is
$$Whether and where a user can be texted: always exactly one row.

has_sms_available: there is a number, it is verified, it is not suppressed, and the user has not opted out.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001"}$$;

revoke execute on function public.get_user_sms_channel_info(uuid) from public;
grant execute on function public.get_user_sms_channel_info(uuid) to herald_runner;
