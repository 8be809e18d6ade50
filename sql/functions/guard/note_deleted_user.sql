-- A user is deleted, and events forget that they were about them. Until their content is erased it is noted, for an
-- erasure that is asked for afterwards. Definer, since whoever deletes a user has no rights here.
create or replace function herald.note_deleted_user()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into herald.deleted_event_users (user_id, event_id)
  select old_one.user_id, new.id
  from (
    values (old.actor_user_id, new.actor_user_id), (old.target_user_id, new.target_user_id)
  ) as old_one (user_id, now_id)
  where old_one.user_id is not null and old_one.now_id is null
  on conflict do nothing;
  return null;
end;
$$;

comment on function herald.note_deleted_user() is 'Trigger: notes whom an event was about whose user is deleted.';

revoke execute on function herald.note_deleted_user() from public;

create or replace trigger t50_note_deleted_user
after update of actor_user_id, target_user_id on public.notification_events
for each row when (
  (new.redacted_at is null or new.idempotency_key is not null)
  and (
    (old.actor_user_id is not null and new.actor_user_id is null)
    or (old.target_user_id is not null and new.target_user_id is null)
  )
)
execute function herald.note_deleted_user();
