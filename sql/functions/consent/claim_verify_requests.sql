-- Hands each request to Twilio Verify to one runner, once. What waited for a minute is not made any more: its user has
-- asked again by then. A code that a runner has is not kept here.
create or replace function herald.claim_verify_requests(p_limit integer default 20, p_now timestamptz default now())
returns table (id uuid, kind text, phone_number text, code text)
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with due as materialized (
    select request.id, request.kind, request.code, verification.phone_number
    from herald.verify_requests as request
    inner join herald.phone_verifications as verification on verification.id = request.verification_id
    where request.claimed_at is null
      and request.created_at > p_now - interval '1 minute'
      and verification.ended_at is null
      and not (select kill_switch from herald.settings)
      and not exists (
        select
        from herald.suppressed_numbers
        where number_hash = herald.number_hash(verification.phone_number)
      )
    order by request.created_at
    limit p_limit
    for no key update of request skip locked
  ),
  claimed as (
    update herald.verify_requests as request
    set claimed_at = p_now, code = null
    from due
    where request.id = due.id
  )
  select due.id, due.kind, due.phone_number, due.code from due;
$$;

comment on function herald.claim_verify_requests(integer, timestamptz) is
'Requests for a runner to make: start sends a code to phone_number, check asks whether code is the one.';

revoke execute on function herald.claim_verify_requests(integer, timestamptz) from public;
grant execute on function herald.claim_verify_requests(integer, timestamptz) to herald_runner;
