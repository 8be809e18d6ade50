-- Whether it is well, check by check, within a second or two: also while somebody has locked a table away.
create or replace function public.health()
returns table (check_name text, status text, summary text, evidence jsonb, what_to_do text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $$
#variable_conflict use_column
begin
  return query
  select told.check_name, told.status, told.summary, told.evidence, told.what_to_do
  from herald.check_health(clock_timestamp()) as told
  order by told.place;
exception
  when lock_not_available then
    return query
    select
      'locks', 'red', 'a table of ours has been locked away for a second or more', '{}'::jsonb,
      'A migration may be at work: it passes. Else find the session that holds it in pg_locks, and end it.';
end;
$$;

comment on function public.health() is
$$Whether it is well: a row for each check, with its status and what to do.

herald.health_limits says from where on a check is amber or red. It writes nothing, and shows no number and no words of
a text.

status: green, amber or red.
evidence: has_data is false in it, and summary says "no data", where a check has nothing to judge by.
what_to_do: where it is not green.

Example: {}$$;

revoke execute on function public.health() from public;
grant execute on function public.health() to herald_runner;
