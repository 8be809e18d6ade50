-- A key blocks what waits, not what runs. A job that comes back to wait may find its key taken by a request that came
-- while it ran: both are wanted, so it waits without the key.
create or replace function herald.release_dedup_key()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.lock_dedup_key(new.dedup_key);
  if exists (
    select
    from public.queue_jobs
    where dedup_key = new.dedup_key and status in ('pending', 'retrying') and id <> new.id
  ) then
    new.dedup_key := null;
  end if;
  return new;
end;
$$;

comment on function herald.release_dedup_key() is
'Trigger: drops the key of a returning job if another one waits under it.';

revoke execute on function herald.release_dedup_key() from public;

create or replace trigger t30_release_dedup_key
before update on public.queue_jobs
for each row when (
  new.dedup_key is not null
  and new.status in ('pending', 'retrying')
  and old.status not in ('pending', 'retrying')
)
execute function herald.release_dedup_key();
