-- Goes on with erasures that nobody went on with: what was being sent has ended, or the caller did not come back.
create or replace function herald.continue_erasures(p_now timestamptz, p_limit integer default 1000)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_user_id uuid;
  v_erased integer := 0;
begin
  for v_user_id in
    select user_id
    from herald.erasures
    where finished_at is null
    order by continued_at
    limit 20
    for no key update skip locked
  loop
    v_erased := v_erased + herald.continue_erasure(v_user_id, p_limit - v_erased, p_now);
    exit when v_erased >= p_limit;
  end loop;
  return v_erased;
end;
$$;

comment on function herald.continue_erasures(timestamptz, integer) is
'Erases up to p_limit rows of open erasures, in turns; returns how many.';

revoke execute on function herald.continue_erasures(timestamptz, integer) from public;
grant execute on function herald.continue_erasures(timestamptz, integer) to herald_runner;
