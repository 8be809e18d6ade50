-- Plans the texts whose time is near. Two questions, since one with an `or` in it would walk through all of the future.
-- Bounded, so that a backlog after a day off is many short transactions and not one long one.
create or replace function herald.promote_due_messages(p_now timestamptz, p_limit integer default 5000)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_horizon constant timestamptz := p_now + (select promote_lead from herald.settings);
begin
  return herald.promote_messages(
    array(
      (
        select id
        from public.sms_messages
        where status in ('pending', 'scheduled') and scheduled_for <= v_horizon and recurrence_pattern is null
        order by scheduled_for
        limit p_limit
      )
      union all
      (
        select id
        from public.sms_messages
        where status in ('pending', 'scheduled') and scheduled_for is null and recurrence_pattern is null
        -- In the index's order, which the planner takes then: by its figures half of the table could be such rows.
        order by scheduled_for
        limit p_limit
      )
    ),
    p_now
  );
end;
$$;

comment on function herald.promote_due_messages(timestamptz, integer) is
'Plans texts that are due within settings.promote_lead, up to p_limit of each kind; returns how many.';

revoke execute on function herald.promote_due_messages(timestamptz, integer) from public;
grant execute on function herald.promote_due_messages(timestamptz, integer) to herald_runner;
