-- Hands out what should be asked of the provider now: texts in doubt, to be searched in its list, and texts sent long
-- ago without a report, to be fetched by their SIDs. Each to one caller at a time; a look of which nobody tells is
-- given out again when its lease is over.
--
-- Of both kinds in turn, the one that waits longest first, so that neither a large outage nor a lost endpoint starves
-- the other. A text of another sender, which may have no runner any more, is handed out when it has been left alone for
-- as long as a lease: one account's list has the texts of all its senders, and never those of another account, which
-- would look as if they had not been sent. After three days nobody asks any more: by then a carrier has given up, and a
-- list has caught up.
create or replace function public.claim_sms_to_reconcile(
  p_sender text,
  p_batch_size integer default 20,
  p_lease interval default '2 minutes',
  p_now timestamptz default now()
)
returns table (
  attempt_id uuid,
  look_token uuid,
  message_id uuid,
  phone_number text,
  twilio_sid text,
  created_after timestamptz,
  correlation_id uuid
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_account constant text := (select account from herald.senders where sender = p_sender);
  -- What was sent before anybody said by which account is of the only one there is.
  v_is_only constant boolean := not exists (
    select from herald.senders where account <> v_account or (v_account is null and account is not null)
  );
begin
  p_now := coalesce(p_now, now());
  perform herald.check_claim(p_batch_size, p_lease);

  update public.sms_messages
  set look_at = null
  where id in (
    select id
    from public.sms_messages
    where status in ('sending', 'sent') and look_at < p_now - interval '3 days'
    limit p_batch_size
    for no key update skip locked
  );

  return query
  with waiting as materialized (
    select
      due.id, due.attempt_id, due.look_at,
      row_number() over (partition by kind.status order by due.look_at) as turn
    from unnest('{sending, sent}'::public.sms_status[]) as kind (status)
    cross join lateral (
      select message.id, attempt.id as attempt_id, message.look_at
      from public.sms_messages as message
      inner join herald.sms_attempts as attempt on attempt.id = herald.current_attempt(message.id)
      where message.status in ('sending', 'sent')
        and message.status = kind.status
        and message.look_at <= p_now
        -- What hold_after_restore() holds is looked for in every list: to be in none of them decides nothing.
        and (attempt.sender is null or coalesce(attempt.account = v_account, v_is_only))
        and (
          attempt.sender = p_sender
          or attempt.sender is null
          -- Its own runners come first, if it has any.
          or message.look_at <= p_now - p_lease
        )
        -- One that a runner is just sending is in nobody's doubt.
        and (
          message.status = 'sent'
          or exists (
            select
            from public.queue_jobs as job
            where job.id = message.queue_job_id and job.status = 'processing' and job.lease_expires_at is null
          )
        )
      order by message.look_at
      limit p_batch_size
      for no key update of message skip locked
    ) as due
  ),
  given as materialized (
    select id, attempt_id
    from waiting
    order by turn, look_at
    limit p_batch_size
  ),
  kept as (
    update public.sms_messages as message
    set look_at = p_now + p_lease
    from given
    where message.id = given.id
    returning message.id, message.phone_number, message.twilio_sid, message.correlation_id
  ),
  looked as (
    update herald.sms_attempts as attempt
    set looks = attempt.looks + 1, looked_at = p_now, look_token = gen_random_uuid()
    from given
    where attempt.id = given.attempt_id
    returning attempt.id, attempt.message_id, attempt.look_token, attempt.started_at
  )
  select
    looked.id, looked.look_token, kept.id, kept.phone_number, kept.twilio_sid, looked.started_at - interval '1 minute',
    kept.correlation_id
  from kept
  inner join looked on looked.message_id = kept.id;
end;
$$;

comment on function public.claim_sms_to_reconcile(text, integer, interval, timestamptz) is
$$Claims up to p_batch_size texts about which the provider should be asked now.

Those sent from p_sender, and those of other senders of its account that nobody has asked about for p_lease. Tell what was found with
record_sms_reconciliation, within p_lease.

twilio_sid: fetch that message; null means list the messages to phone_number that are not older than created_after.

Errors: 22023 a batch size or lease that makes no sense.

Example: {"p_sender": "+15005550006"}$$;

revoke execute on function public.claim_sms_to_reconcile(text, integer, interval, timestamptz) from public;
grant execute on function public.claim_sms_to_reconcile(text, integer, interval, timestamptz) to herald_runner;
