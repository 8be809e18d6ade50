-- Turns digests whose window is over into one notification each. A digest is closed in the transaction that delivers
-- it, so it is flushed once, and after a time without any tick by the next one.
create or replace function herald.flush_digests(p_now timestamptz, p_limit integer default 1000)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set jit = 'off'
as $$
declare
  v_due uuid[];
  v_digests uuid[];
  v_events uuid[];
  v_users uuid[];
  v_told integer := 0;
begin
  v_due := array(
    select id
    from herald.notification_digests
    where flushed_at is null and due_at <= p_now
    order by due_at
    limit p_limit
  );
  if v_due = '{}' then
    return 0;
  end if;

  with due as materialized (
    select id
    from herald.notification_digests
    where id = any (v_due)
      and flushed_at is null
      and user_id = any (
        array(select herald.free_users(array(select user_id from herald.notification_digests where id = any (v_due))))
      )
    order by id
    for no key update skip locked
  ),
  flushed as (
    update herald.notification_digests as digest
    set flushed_at = p_now
    from due
    where digest.id = due.id
    returning digest.id, digest.user_id
  )
  select array_agg(flushed.id), array_agg(first_one.event_id), array_agg(flushed.user_id)
  into v_digests, v_events, v_users
  from flushed
  cross join lateral (
    select gathered.event_id
    from herald.notification_digest_events as gathered
    where gathered.digest_id = flushed.id
    order by gathered.place
    limit 1
  ) as first_one;

  if v_digests is null then
    return 0;
  end if;

  begin
    perform herald.deliver_notifications(v_events, v_users, v_digests, p_now);
    return cardinality(v_digests);
  exception
    when data_exception or integrity_constraint_violation or raise_exception or program_limit_exceeded then
      raise warning 'digests are told one by one: %', sqlerrm using errcode = sqlstate;
  end;

  -- One of them cannot be told (what the application says of a user may be an error). The others are; that one tries again
  -- later.
  for v_place in 1 .. cardinality(v_digests) loop
    begin
      perform herald.deliver_notifications(
        v_events[v_place : v_place], v_users[v_place : v_place], v_digests[v_place : v_place], p_now
      );
      v_told := v_told + 1;
    exception
      when data_exception or integrity_constraint_violation or raise_exception or program_limit_exceeded then
        update herald.notification_digests
        set flushed_at = null, due_at = p_now + interval '10 minutes'
        where id = v_digests[v_place];
        raise warning 'digest % could not be told: %', v_digests[v_place], sqlerrm
          using errcode = sqlstate, hint = 'Mend the cause; it is tried again in ten minutes.';
    end;
  end loop;
  return v_told;
end;
$$;

comment on function herald.flush_digests(timestamptz, integer) is
'Delivers up to p_limit digests that are due; returns how many.';

revoke execute on function herald.flush_digests(timestamptz, integer) from public;
grant execute on function herald.flush_digests(timestamptz, integer) to herald_runner;
