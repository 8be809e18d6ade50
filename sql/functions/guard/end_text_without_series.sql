-- A series is deleted: what waits of it has nobody left who could end it, and goes no more. Its job finds that nothing
-- waits for it. A user who is deleted takes both along, and this is not asked.
create or replace function herald.end_text_without_series()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.status := 'cancelled';
  new.cancelled_at := now();
  new.cancel_reason := 'its series was deleted';
  new.next_retry_at := null;
  return new;
end;
$$;

comment on function herald.end_text_without_series() is
'Trigger: cancels an occurrence that waits when its series is deleted.';

revoke execute on function herald.end_text_without_series() from public;

-- Before t10_enforce_transition, which then sees the change of status too.
create or replace trigger t05_end_text_without_series
before update of parent_message_id on public.sms_messages
for each row when (
  old.occurrence is not null
  and old.parent_message_id is not null
  and new.parent_message_id is null
  and new.status in ('pending', 'scheduled', 'queued')
)
execute function herald.end_text_without_series();
