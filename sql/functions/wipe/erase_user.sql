-- A person wants to be forgotten. From this commit on nothing goes to them but what is being sent at this moment, and
-- their data are erased, a bounded amount in each call. Whoever does not call again leaves the rest to tick().
create or replace function public.erase_user(
  p_user_id uuid,
  p_batch_size integer default 1000,
  p_now timestamptz default now()
)
returns table (erased integer, remaining bigint, in_flight bigint)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_now constant timestamptz := coalesce(p_now, now());
  v_hashes bytea[];
begin
  if p_user_id is null then
    raise exception 'p_user_id is null' using errcode = '22004', hint = 'Give the id of a user.';
  end if;
  perform herald.check_claim(p_batch_size, interval '1 minute');

  insert into herald.erasures as known (user_id, requested_at, continued_at, requested_in)
  values (p_user_id, v_now, v_now, pg_current_xact_id())
  on conflict (user_id) do update
  set requested_at = greatest(known.requested_at, v_now), requested_in = excluded.requested_in, finished_at = null;
  v_hashes := herald.forget_user(p_user_id, v_now);
  update herald.erasures
  set number_hashes = array(select unnest(number_hashes) union select unnest(v_hashes))
  where user_id = p_user_id;

  erased := herald.continue_erasure(p_user_id, p_batch_size, v_now);
  remaining := (select count(*) from herald.erasure_rows where user_id = p_user_id);
  -- Whoever could erase a whole batch may have more to do.
  in_flight := case when erased < p_batch_size then remaining else 0 end;
  return next;
end;
$$;

comment on function public.erase_user(uuid, integer, timestamptz) is
$$Erases all that is personal about a user, up to p_batch_size rows in a call; call it until remaining is in_flight.

What waits is cancelled, what is in flight ends and is erased by tick() then, and what stopped texts to their numbers
goes on doing so, by a hash. Counts and statistics stay. The user may be deleted from users by now, or stay there. What
comes to be later is not part of it.

remaining: rows left.
in_flight: those of them that are being sent, as soon as nothing else is left.

Errors: 22004 no user; 22023 a batch size that makes no sense.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001"}$$;

revoke execute on function public.erase_user(uuid, integer, timestamptz) from public;
grant execute on function public.erase_user(uuid, integer, timestamptz) to herald_runner;
