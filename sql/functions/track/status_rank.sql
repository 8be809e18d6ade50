-- How far along a status is. Reports come late, twice and out of order: only a higher rank moves a text.
create or replace function herald.status_rank(p_status text)
returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case p_status
    when 'scheduled' then 0
    when 'pending' then 1
    when 'queued' then 2
    when 'sending' then 3
    when 'sent' then 4
    when 'failed' then 5
    when 'undelivered' then 5
    when 'delivered' then 6
  end;
$$;

comment on function herald.status_rank(text) is 'scheduled 0 … delivered 6; null for what has no place in that order.';

revoke execute on function herald.status_rank(text) from public;
grant execute on function herald.status_rank(text) to herald_runner;
