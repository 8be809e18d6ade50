-- A process of ours says that it lives, what it works on and what it was built for. Whoever died long ago is forgotten.
create or replace function herald.record_heartbeat(
  p_runner text,
  p_version text,
  p_migration text,
  p_functions_digest text,
  p_works_on text[],
  p_sender text,
  p_expects_reports boolean,
  p_refusals integer,
  p_now timestamptz default now()
)
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  delete from herald.runners where seen_at < p_now - interval '1 day' and runner <> p_runner;

  insert into herald.runners as known (
    runner, version, migration, functions_digest, works_on, sender, expects_reports, refusals, refused_at, started_at,
    seen_at
  )
  values (
    p_runner, p_version, p_migration, p_functions_digest, p_works_on, p_sender, p_expects_reports, p_refusals,
    case when p_refusals > 0 then p_now end, p_now, p_now
  )
  on conflict (runner) do update
  set
    seen_at = excluded.seen_at,
    stopped_at = null,
    refusals = excluded.refusals,
    refused_at = case
      when excluded.refusals > known.refusals then excluded.seen_at
      else known.refused_at
    end;
$$;

comment on function herald.record_heartbeat(
  text, text, text, text, text[], text, boolean, integer, timestamptz
) is 'Writes down that a runner lives. p_refusals: signed requests in a row whose signature was wrong.';

revoke execute on function herald.record_heartbeat(
  text, text, text, text, text[], text, boolean, integer, timestamptz
) from public;
grant execute on function herald.record_heartbeat(
  text, text, text, text, text[], text, boolean, integer, timestamptz
) to herald_runner;
