-- A series that is cancelled or given an earlier end by a plain update ends what waits of it from there on, as
-- cancel_sms and end_sms_series do. One that comes to its end has nothing to come, and what it has made still goes.
create or replace function herald.end_planned_texts()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone constant text := herald.series_zone(new.user_id, new.recurrence_timezone);
begin
  if new.recurrence_ends is distinct from old.recurrence_ends then
    perform herald.cancel_texts(
      array(
        select planned.id
        from public.sms_messages as planned
        where planned.parent_message_id = new.id
          and planned.status in ('pending', 'scheduled', 'queued')
          and herald.instant_of(planned.occurrence, v_zone) > new.recurrence_ends
      ),
      'its series ends before it', now()
    );
  end if;

  if new.status <> 'scheduled' and exists (
    select
    from herald.occurrences(
      new.recurrence_pattern, new.recurrence_start, v_zone, new.recurrence_last, new.recurrence_ends, 1
    )
  ) then
    perform herald.cancel_texts(array[new.id], coalesce(new.cancel_reason, 'its series was cancelled'), now());
  end if;
  return null;
end;
$$;

comment on function herald.end_planned_texts() is
'Trigger: cancels what waits of a series that is cancelled, or ends before it.';

revoke execute on function herald.end_planned_texts() from public;

create or replace trigger t60_end_planned_texts
after update on public.sms_messages
for each row when (
  new.recurrence_pattern is not null
  and old.status = 'scheduled'
  and (new.status in ('cancelled', 'failed') or new.recurrence_ends is distinct from old.recurrence_ends)
)
execute function herald.end_planned_texts();
