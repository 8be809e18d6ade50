-- All that time does: series recur, texts and notifications come due, digests close, leases run out, counters are
-- folded, old jobs go, and what is personal is erased when it has been kept long enough. From ten runners and a cron
-- job at once it is done by one of them and the others pass; after a time without any tick the next one catches up.
--
-- Each part stands by itself: a row that somebody holds for long, or one that should never have come to be, costs its
-- own part this tick, and is told; the others go on.
create or replace function public.tick(p_now timestamptz default now())
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
set lock_timeout = '1s'
as $$
declare
  v_part text;
  v_done integer;
  v_report jsonb := '{"busy": false}'::jsonb;
begin
  p_now := coalesce(p_now, now());
  if not isfinite(p_now) then
    raise exception 'p_now is no instant: %', p_now
      using errcode = '22023', hint = 'Leave it out, or give the instant that it is.';
  end if;
  perform from herald.ticks for no key update skip locked;
  if not found then
    return jsonb_build_object('busy', true);
  end if;

  foreach v_part in array array[
    'recurred', 'routines_recurred', 'promoted', 'latecomers_told', 'digests_flushed', 'notifications_promoted',
    'leases_expired', 'template_uses_folded', 'jobs_pruned', 'verifications_ended', 'users_erased', 'retention_applied'
  ] loop
    begin
      v_done := case v_part
        when 'recurred' then herald.recur_series(p_now, false)
        when 'routines_recurred' then herald.recur_series(p_now, true)
        when 'promoted' then herald.promote_due_messages(p_now)
        when 'latecomers_told' then herald.tell_latecomers(p_now)
        when 'digests_flushed' then herald.flush_digests(p_now)
        when 'notifications_promoted' then herald.promote_notifications(p_now)
        when 'leases_expired' then herald.expire_leases(p_now)
        when 'template_uses_folded' then herald.fold_template_uses()
        when 'verifications_ended' then herald.end_verifications(p_now)
        when 'users_erased' then herald.continue_erasures(p_now)
        when 'retention_applied' then (
          select sum(done.erased)::integer from public.apply_retention(null, 500, p_now) as done
        )
        when 'jobs_pruned' then (
          select gone.deleted_count
          from herald.settings as setting
          cross join lateral herald.prune_jobs(p_now - setting.job_retention, 1000) as gone
        )
      end;
      v_report := v_report || jsonb_build_object(v_part, v_done);
    exception
      -- Whole classes: routines ask the application's function, which may raise anything. SM and PT are those of our
      -- errors and of PostgREST's.
      when lock_not_available or deadlock_detected or data_exception or integrity_constraint_violation
        or syntax_error_or_access_rule_violation or program_limit_exceeded or plpgsql_error or cardinality_violation
        or feature_not_supported or object_not_in_prerequisite_state or external_routine_exception
        or external_routine_invocation_exception or fdw_error or sqlstate 'SM000' or sqlstate 'PT000'
      then
        v_report := jsonb_set(
          '{"failed": {}}' || v_report, array['failed', v_part], to_jsonb(format('%s (SQLSTATE %s)', sqlerrm, sqlstate))
        );
    end;
  end loop;

  -- Supabase's API refuses an update that names no row.
  update herald.ticks set last_ticked_at = p_now where is_only_row;
  return v_report;
end;
$$;

comment on function public.tick(timestamptz) is
$$Does what is due, a bounded amount of each, and tells how much; call it about every second.

Safe from any number of callers at once: all but one return {"busy": true}. The runner calls it; pg_cron may, too. A
part that could not be done, because a row is held or odd, stands under "failed" with the reason; it is tried again.

Example: {}$$;

revoke execute on function public.tick(timestamptz) from public;
grant execute on function public.tick(timestamptz) to herald_runner;
