-- Erases up to p_limit rows of what an open erasure has on its list, and ends it when there is nothing left. What waits
-- is cancelled; what is being sent ends by the rules, and stays on the list until it has.
--
-- Jobs before texts before deliveries, as everywhere. The caller holds the row of the erasure.
create or replace function herald.continue_erasure(p_user_id uuid, p_limit integer, p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_requested_at constant timestamptz := (select requested_at from herald.erasures where user_id = p_user_id);
  v_ids uuid[];
  v_erased integer;
begin
  if not exists (select from herald.erasure_rows where user_id = p_user_id) then
    perform herald.list_erasure(p_user_id, v_requested_at);
  end if;

  v_erased := herald.erase_listed_texts(p_user_id, p_limit, p_now);
  v_erased := v_erased + herald.erase_listed_deliveries(p_user_id, p_limit - v_erased, p_now);

  v_ids := herald.erase_events(
    array(
      select row_id from herald.erasure_rows where user_id = p_user_id and kind = 'event' limit p_limit - v_erased
    ),
    p_now
  );
  delete from herald.erasure_rows where user_id = p_user_id and kind = 'event' and row_id = any (v_ids);
  v_erased := v_erased + cardinality(v_ids);

  v_ids := array(
    select row_id from herald.erasure_rows where user_id = p_user_id and kind = 'suppression' limit p_limit - v_erased
  );
  update public.notification_suppressions
  set reason = herald.erased_reason(reason)
  where event_id = any (v_ids) and recipient_user_id = p_user_id;
  delete from herald.erasure_rows
  where user_id = p_user_id and kind = 'suppression' and row_id = any (v_ids);
  v_erased := v_erased + cardinality(v_ids);

  v_erased := v_erased + herald.erase_listed_jobs(p_user_id, p_limit - v_erased, p_now);

  perform herald.erase_ledgers(number_hashes, p_user_id)
  from herald.erasures
  where user_id = p_user_id;

  -- Looked at once more before it is over: what was being written when the list was made is on it now. It is not over
  -- while a transaction runs that is older than the request, and may have written what nobody sees yet. A number ahead of
  -- all that there were comes from before a restore.
  if not exists (select from herald.erasure_rows where user_id = p_user_id)
    and herald.list_erasure(p_user_id, v_requested_at) = 0
  then
    update herald.erasures
    set finished_at = p_now, number_hashes = '{}'
    where user_id = p_user_id
      and (
        requested_in is null
        or requested_in <= pg_snapshot_xmin(pg_current_snapshot())
        or requested_in > pg_current_xact_id()
      );
  end if;
  return v_erased;
end;
$$;

comment on function herald.continue_erasure(uuid, integer, timestamptz) is
'Goes on with an erasure by up to p_limit rows; returns how many it erased.';

revoke execute on function herald.continue_erasure(uuid, integer, timestamptz) from public;
grant execute on function herald.continue_erasure(uuid, integer, timestamptz) to herald_runner;
