-- All that time does: texts and notifications come due, digests close, leases run out, counters are folded, old jobs go. From ten runners and a cron job
-- at once it is done by one of them and the others pass; after a time without any tick the next one catches up.
create or replace function public.tick(p_now timestamptz default now())
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  v_horizon constant timestamptz := p_now + (select promote_lead from herald.settings);
  v_promoted integer;
  v_flushed integer;
  v_notifications integer;
  v_expired integer;
  v_folded integer;
  v_pruned integer;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('pgherald.tick', 0)) then
    return jsonb_build_object('busy', true);
  end if;

  -- Two questions, since one with an `or` in it would walk through all of the future. Bounded, so that a backlog after a
  -- day off is many short transactions and not one long one.
  v_promoted := herald.promote_messages(
    array(
      (
        select id
        from public.sms_messages
        where status in ('pending', 'scheduled') and scheduled_for <= v_horizon
        order by scheduled_for
        limit 5000
      )
      union all
      (
        select id
        from public.sms_messages
        where status in ('pending', 'scheduled') and scheduled_for is null
        limit 5000
      )
    ),
    p_now
  );

  v_flushed := herald.flush_digests(p_now);
  v_notifications := herald.promote_notifications(p_now);
  v_expired := herald.expire_leases(p_now);
  v_folded := herald.fold_template_uses();

  select gone.deleted_count
  into v_pruned
  from herald.settings as setting
  cross join lateral herald.prune_jobs(p_now - setting.job_retention, 1000) as gone;

  return jsonb_build_object(
    'busy', false,
    'promoted', v_promoted,
    'digests_flushed', v_flushed,
    'notifications_promoted', v_notifications,
    'leases_expired', v_expired,
    'template_uses_folded', v_folded,
    'jobs_pruned', v_pruned
  );
end;
$$;

comment on function public.tick(timestamptz) is
$$Does what is due at p_now, a bounded amount of each, and tells how much; call it about every second.

Safe from any number of callers at once: all but one return {"busy": true}. The runner calls it; pg_cron may, too.$$;

revoke execute on function public.tick(timestamptz) from public;
grant execute on function public.tick(timestamptz) to herald_runner;
