-- Each check at an instant: a measure for amber and one for red, held against herald.health_limits, with what was seen.
--
-- Every question is bounded by an index or a limit: a monitor asks every few seconds, also of a million rows.
create or replace function herald.check_health(p_now timestamptz)
returns table (
  place integer,
  check_name text,
  status text,
  summary text,
  evidence jsonb,
  what_to_do text
)
language sql
stable
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set enable_bitmapscan = 'off'
set jit = 'off'
as $$
  with limits as not materialized (
    select * from herald.health_limits
  ),
  setting as (
    select kill_switch from herald.settings
  ),
  due as materialized (
    select waiting.job_type::text as job_type, waiting.scheduled_for as oldest
    from setting
    cross join herald.oldest_due_jobs(p_now) as waiting
    where not (setting.kill_switch and waiting.job_type in ('send_sms', 'send_notification'))
    union all
    -- What has no job yet and should have had one minutes before: tick() runs, and cannot plan it.
    select unplanned.job_type, unplanned.oldest
    from setting
    cross join lateral (
      select
        'send_sms' as job_type,
        (
          select message.scheduled_for
          from public.sms_messages as message
          where message.status in ('pending', 'scheduled') and message.scheduled_for <= p_now
          order by message.scheduled_for
          limit 1
        ) as oldest
      union all
      select
        'send_notification',
        (
          select delivery.scheduled_for
          from public.notification_deliveries as delivery
          where delivery.status = 'pending'
            and delivery.channel <> 'sms'
            and delivery.queue_job_id is null
            and delivery.scheduled_for <= p_now
          order by delivery.scheduled_for
          limit 1
        )
      union all
      select
        'send_notification',
        (
          select digest.due_at
          from herald.notification_digests as digest
          where digest.flushed_at is null and digest.due_at <= p_now
          order by digest.due_at
          limit 1
        )
    ) as unplanned
    where unplanned.oldest is not null and not setting.kill_switch
  ),
  oldest as (
    select
      coalesce(extract(epoch from p_now - min(due.oldest)), 0)::double precision as seconds,
      count(*) > 0 as is_there,
      (array_agg(due.job_type order by due.oldest))[1] as job_type
    from due
  ),
  processes as materialized (
    select
      known.*,
      extract(epoch from p_now - known.seen_at)::double precision as silence,
      p_now - known.seen_at < limits.amber_from * interval '1 second' as is_alive
    from herald.runners as known
    cross join limits
    where limits.check_name = 'runners' and known.stopped_at is null
  ),
  workers as (
    select
      count(*) filter (where worker.is_alive) as alive,
      count(*) filter (where not worker.is_alive) as silent,
      -- Of those that others have taken the place of, the ones that died lately.
      count(*) filter (where not worker.is_alive and worker.silence <= extract(epoch from limits.span)) as fresh,
      coalesce(min(worker.silence), 0) as shortest,
      coalesce(max(worker.silence) filter (where worker.silence <= extract(epoch from limits.span)), 0) as longest,
      coalesce(jsonb_agg(worker.runner order by worker.seen_at desc) filter (where not worker.is_alive), '[]') as names
    from limits
    -- Who died before another one stopped in good order had its place taken by that one.
    left join processes as worker
      on cardinality(worker.works_on) > 0
      and (
        worker.is_alive
        or worker.seen_at > coalesce(
          (select max(stopped_at) from herald.runners where cardinality(works_on) > 0), '-infinity'
        )
      )
    where limits.check_name = 'runners'
  ),
  ended as (
    select lately.job_type::text as job_type, lately.status = 'failed' as is_failure
    from limits
    cross join lateral (
      select job.job_type, job.status
      from public.queue_jobs as job
      where job.completed_at >= p_now - limits.span and job.completed_at <= p_now
      order by job.completed_at desc
      limit 10000
    ) as lately
    where limits.check_name = 'failures' and lately.status in ('completed', 'failed')
    union all
    -- An attempt that failed and has another one before it.
    select type.job_type::text, true
    from unnest(enum_range(null::public.queue_type)) as type (job_type)
    cross join lateral (
      select job.status
      from public.queue_jobs as job
      where job.status in ('pending', 'retrying') and job.job_type = type.job_type
      order by job.job_type, job.due_rank
      limit 1000
    ) as waiting
    where waiting.status = 'retrying'
  ),
  rates as (
    select
      job_type, count(*) as jobs, count(*) filter (where is_failure) as failures,
      100.0 * count(*) filter (where is_failure) / count(*) as failed_percent
    from ended
    group by job_type
  ),
  failing as (
    select
      coalesce(max(rates.failed_percent) filter (where rates.jobs >= limits.least_count), 0) as failed_percent,
      coalesce(sum(rates.jobs), 0) as jobs,
      coalesce(bool_or(rates.jobs >= limits.least_count), false) as has_data,
      (array_agg(rates.job_type order by rates.jobs >= limits.least_count desc, rates.failed_percent desc))[1] as worst,
      coalesce(
        jsonb_object_agg(rates.job_type, jsonb_build_object('jobs', rates.jobs, 'failures', rates.failures))
        filter (where rates.job_type is not null), '{}'
      ) as by_type
    from limits
    left join rates on true
    where limits.check_name = 'failures'
  ),
  leases as (
    select coalesce(extract(epoch from p_now - min(lease_expires_at)), 0)::double precision as seconds
    from public.queue_jobs
    where status = 'processing' and lease_expires_at < p_now
  ),
  doubts as (
    select count(*) as texts, coalesce(extract(epoch from p_now - min(held.started_at)), 0)::bigint as oldest
    from herald.sms_in_doubt() as held
  ),
  resting as (
    select
      count(*) filter (where known.paused_until > p_now) as senders,
      count(*) filter (where known.pause_reason not like 'throttled:%') as refused,
      -- Of the reason only its kind: the rest are the provider's words, which may name a number.
      max(split_part(known.pause_reason, ':', 1)) as reason
    from limits
    left join herald.senders as known on known.paused_until > p_now - limits.grace
    where limits.check_name = 'senders'
  ),
  sent as (
    select
      count(attempt.id) as texts,
      count(attempt.id) filter (
        where not exists (select from herald.sms_status_log as told where told.twilio_sid = attempt.twilio_sid)
      ) as unreported
    from limits
    left join lateral (
      select latest.id, latest.twilio_sid
      from (
        select lately.id, lately.twilio_sid, lately.outcome, lately.sender
        from herald.sms_attempts as lately
        where lately.started_at >= p_now - limits.span and lately.started_at < p_now - limits.grace
        order by lately.started_at desc
        limit 1000
      ) as latest
      where latest.outcome = 'accepted'
        and latest.sender in (select known.sender from herald.runners as known where known.expects_reports)
    ) as attempt on true
    where limits.check_name = 'callbacks'
  ),
  refusals as (
    select coalesce(max(process.refusals), 0) as in_a_row
    from limits
    left join processes as process on process.refused_at > p_now - limits.span
    where limits.check_name = 'signatures'
  ),
  inbox as (
    select count(*) as texts, coalesce(extract(epoch from p_now - min(received_at)), 0)::double precision as seconds
    from herald.inbound_sms
    where needs_review
  ),
  installed as (
    select
      count(process.runner) as processes,
      count(process.runner) filter (
        where process.functions_digest <> installation.functions_digest or process.migration <> installation.migration
      ) as different,
      count(process.runner) filter (
        where process.migration collate "C" > installation.migration collate "C"
      ) as newer,
      min(installation.migration) as migration,
      jsonb_agg(distinct process.version || ' ' || process.migration) filter (where process.runner is not null)
      as theirs
    from (select) as one
    left join herald.installation on true
    left join processes as process on process.is_alive
  ),
  measured (check_name, amber_measure, red_measure, summary, evidence, what_to_do) as (
    select
      'tick', seconds, seconds,
      case
        when isfinite(last_ticked_at) then format('tick() ran %s seconds ago', greatest(0, round(seconds)))
        else 'tick() has never run'
      end,
      jsonb_build_object('seconds', case when isfinite(last_ticked_at) then round(seconds) end),
      'Start pgherald run, or have pg_cron tick (herald.schedule_ticks); if one does, read its log: a row may be held.'
    from (
      select
        last_ticked_at,
        case
          when isfinite(last_ticked_at) then extract(epoch from p_now - last_ticked_at)::double precision
          else 'infinity'
        end as seconds
      from herald.ticks
    ) as ticked
    union all
    select
      'runners',
      case
        when workers.alive > 0 then workers.longest * least(workers.fresh, 1)
        else 'infinity'
      end,
      case
        when workers.alive > 0 then 0
        when workers.silent > 0 then workers.shortest
        else oldest.seconds
      end,
      case
        when workers.alive > 0
          then format('%s at work', workers.alive) || case
            when workers.fresh > 0 then format(', %s died within the last hour or so', workers.fresh) else ''
          end
        when workers.silent > 0
          then format('no runner lives: the last one fell silent %s seconds ago', round(workers.shortest))
        when oldest.is_there
          then format('no runner is at work, and jobs have been due for %s seconds', round(oldest.seconds))
        else 'no runner is at work; nothing is due'
      end,
      jsonb_build_object('alive', workers.alive, 'silent', workers.silent, 'silent_runners', workers.names),
      'Start pgherald run. If it died, its log or its supervisor says of what; what it held is taken back by itself.'
    from workers
    cross join oldest
    union all
    select
      'oldest_due_job', oldest.seconds, oldest.seconds,
      case
        when oldest.is_there
          then format('the oldest job that is due waits for %s seconds (%s)', round(oldest.seconds), oldest.job_type)
        else 'nothing is due'
      end,
      coalesce(
        (
          select jsonb_object_agg(of_type.job_type, round(extract(epoch from p_now - of_type.oldest)))
          from (select due.job_type, min(due.oldest) as oldest from due group by due.job_type) as of_type
        ),
        '{}'
      ),
      'See whether a runner works on this type (--job-type, --handler), then start more, or raise --concurrency; a '
      'sender with --rate-per-second can be the bottleneck. If it is not in queue_jobs, tick() could not plan it: see '
      '"failed" in what it returns, and pg_stat_activity for a session that holds the row.'
    from oldest
    union all
    select
      'leases', leases.seconds, leases.seconds,
      case
        when leases.seconds > 0
          then format('a lease has been over for %s seconds, and its job is not taken back', round(leases.seconds))
        else 'no lease is over'
      end,
      jsonb_build_object('seconds', round(leases.seconds)),
      'tick() takes such jobs back: see its check. If it runs, a session holds the rows: look in pg_stat_activity.'
    from leases
    union all
    select
      'failures', failing.failed_percent::double precision, failing.failed_percent::double precision,
      case
        when failing.has_data
          then format('%s%% of the attempts of %s failed', round(failing.failed_percent), failing.worst)
        when failing.jobs = 0 then 'no data: no job has ended lately'
        else 'no data: too few jobs have ended lately to judge by'
      end,
      jsonb_build_object('has_data', failing.has_data, 'by_type', failing.by_type),
      'Read queue_jobs.error_message of the failed and retrying jobs of that type; redrive_queue_job and redrive_sms '
      'bring them back once the cause is gone.'
    from failing
    union all
    select
      'texts_in_doubt', doubts.texts, doubts.texts,
      case
        when doubts.texts > 0 then format('%s texts that the provider may or may not have', doubts.texts)
        else 'no text is in doubt'
      end,
      jsonb_build_object('texts', doubts.texts, 'oldest_seconds', doubts.oldest),
      'The runner looks them up by itself. For one that stays, find it at the provider and call resolve_sms_in_doubt. '
      'Many at once: the provider is failing, see its status page.'
    from doubts
    union all
    select
      'senders', resting.senders, resting.refused,
      case
        when resting.reason is not null then format('a sender rests: %s', resting.reason)
        else 'no sender rests'
      end,
      jsonb_build_object('resting', resting.senders, 'refused', resting.refused),
      'Refused: mend the account, the token or the sender at the provider, then restart the runners. Throttled: it goes '
      'on by itself; lower --rate-per-second.'
    from resting
    union all
    select
      'callbacks', sent.missing, sent.missing,
      case
        when sent.has_data then format('%s of %s texts have no report', sent.unreported, sent.texts)
        when sent.texts = 0 then 'no data: no text was sent lately by a sender that asks for reports'
        else 'no data: too few texts were sent lately to judge by'
      end,
      jsonb_build_object('has_data', sent.has_data, 'texts', sent.texts, 'unreported', sent.unreported),
      'See that PGHERALD_CALLBACK_URL can be reached from outside and leads to /twilio/status, and what the endpoint '
      'logs.'
    from (
      select
        counted.texts, counted.unreported, counted.texts >= limits.least_count as has_data,
        case
          when counted.texts >= limits.least_count then 100.0 * counted.unreported / counted.texts else 0
        end::double precision as missing
      from sent as counted
      cross join limits
      where limits.check_name = 'callbacks'
    ) as sent
    union all
    select
      'signatures', refusals.in_a_row, refusals.in_a_row,
      case
        when refusals.in_a_row > 0 then format('%s signed requests in a row were refused', refusals.in_a_row)
        else 'no signed request was refused'
      end,
      jsonb_build_object('in_a_row', refusals.in_a_row),
      'If they are the provider''s: TWILIO_AUTH_TOKEN must be the account''s, and PGHERALD_CALLBACK_URL and '
      'PGHERALD_INBOUND_URL exactly the addresses that it calls.'
    from refusals
    union all
    select
      'replies', inbox.seconds, inbox.seconds,
      case
        when inbox.texts > 0 then format('%s texts that came in wait for a person', inbox.texts)
        else 'no text waits for a person'
      end,
      jsonb_build_object('texts', inbox.texts, 'oldest_seconds', round(inbox.seconds)),
      'Read herald.inbound_sms where needs_review; call opt_out_number where somebody wants no more, and set '
      'needs_review to false.'
    from inbox
    union all
    select
      'kill_switch', setting.kill_switch::integer, setting.kill_switch::integer,
      case when setting.kill_switch then 'all sending is switched off' else 'sending is on' end,
      jsonb_build_object('is_on', setting.kill_switch),
      'When it may go on: update herald.settings set kill_switch = false;'
    from setting
    union all
    select
      'versions', installed.different, installed.newer,
      case
        when installed.processes = 0 then 'no data: no process of ours lives'
        when installed.newer > 0
          then format('the database is behind %s of %s processes', installed.newer, installed.processes)
        when installed.different > 0
          then format('%s of %s processes were built for other functions', installed.different, installed.processes)
        else 'the database is what the processes were built for'
      end,
      jsonb_build_object(
        'has_data', installed.processes > 0, 'database', installed.migration, 'processes', installed.theirs
      ),
      case
        when installed.newer > 0 then 'Run pgherald migrate of the newer release.'
        else 'Bring the older side up: pgherald migrate of the runners'' release, or runners of the release that '
          'migrated last. While a new release goes out, this passes.'
      end
    from installed
  ),
  judged as (
    select
      limits.place, measured.*,
      case
        when measured.red_measure >= limits.red_from then 'red'
        when measured.amber_measure >= limits.amber_from then 'amber'
        else 'green'
      end as status
    from measured
    inner join limits on limits.check_name = measured.check_name
  )
  select
    judged.place, judged.check_name, judged.status, judged.summary, judged.evidence,
    case when judged.status <> 'green' then judged.what_to_do end
  from judged
  order by judged.place;
$$;

comment on function herald.check_health(timestamptz) is
'What health() tells, for an instant. Each check is held against its row of herald.health_limits.';

revoke execute on function herald.check_health(timestamptz) from public;
grant execute on function herald.check_health(timestamptz) to herald_runner;
