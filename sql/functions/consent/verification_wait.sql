-- Until when no further code may go to a number, by what went before and herald.verification_limits.
create or replace function herald.verification_wait(p_user_id uuid, p_phone_number text, p_now timestamptz)
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select max(case when limits.most = 0 then 'infinity' else nth.created_at + limits.within end)
  from (
    select distinct on (scope, within) scope, within, most
    from herald.verification_limits
    where starts_with(p_phone_number, phone_prefix)
    order by scope, within, char_length(phone_prefix) desc
  ) as limits
  left join lateral (
    select earlier.created_at
    from herald.phone_verifications as earlier
    where earlier.created_at > p_now - limits.within
      and case limits.scope
        when 'user' then earlier.user_id = p_user_id
        when 'number' then earlier.number_hash = herald.number_hash(p_phone_number)
        else earlier.country = herald.country_code(p_phone_number)
      end
    order by earlier.created_at desc
    offset greatest(limits.most - 1, 0)
    limit 1
  ) as nth on limits.most > 0
  where limits.most = 0 or nth.created_at is not null;
$$;

comment on function herald.verification_wait(uuid, text, timestamptz) is
'When the next code may go; null for at once, infinity for never.';

revoke execute on function herald.verification_wait(uuid, text, timestamptz) from public;
grant execute on function herald.verification_wait(uuid, text, timestamptz) to herald_runner;
