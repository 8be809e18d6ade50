-- On whose clock a series recurs: its own, else the user's, wherever they move.
create or replace function herald.series_zone(p_user_id uuid, p_recurrence_timezone text)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select herald.known_zone(
    coalesce(
      p_recurrence_timezone,
      (select timezone from public.user_sms_preferences where user_id = p_user_id)
    )
  );
$$;

comment on function herald.series_zone(uuid, text) is 'The time zone that a series of this user recurs in.';

revoke execute on function herald.series_zone(uuid, text) from public;
grant execute on function herald.series_zone(uuid, text) to herald_runner, herald_client;
