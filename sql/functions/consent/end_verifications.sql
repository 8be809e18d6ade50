-- Ends verifications whose time is over, hides codes that could not be hidden before, and forgets what no limit asks
-- for any more.
create or replace function herald.end_verifications(p_now timestamptz, p_limit integer default 1000)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended integer;
begin
  perform herald.end_verification(due.id, 'expired', p_now)
  from (
    select id
    from herald.phone_verifications
    where redacted_at is null and ended_at is null and expires_at <= p_now
    order by expires_at
    limit p_limit
    for no key update skip locked
  ) as due;
  get diagnostics v_ended = row_count;

  v_ended := v_ended + herald.redact_codes(
    array(
      select id from herald.phone_verifications where redacted_at is null and ended_at is not null limit p_limit
    ),
    p_now
  );

  -- An array and not a join: the plan must not read the whole table for a handful of rows, every second.
  delete from herald.phone_verifications
  where id = any (array(
    select id
    from herald.phone_verifications
    where ended_at is not null
      and redacted_at is not null
      and created_at < p_now - greatest(
        interval '30 days', (select max(within) from herald.verification_limits)
      )
    order by created_at
    limit p_limit
  ));
  return v_ended;
end;
$$;

comment on function herald.end_verifications(timestamptz, integer) is
'Ends what has expired and hides what has ended; returns how many.';

revoke execute on function herald.end_verifications(timestamptz, integer) from public;
grant execute on function herald.end_verifications(timestamptz, integer) to herald_runner;
