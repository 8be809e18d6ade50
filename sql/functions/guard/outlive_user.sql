-- A user is deleted: what is left of a verification counts against the limits of its number and country, and names
-- nobody. The texts have gone with the user.
create or replace function herald.outlive_user()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  new.phone_number := null;
  new.salt := null;
  new.code_hash := null;
  new.outcome := coalesce(new.outcome, 'deleted');
  new.ended_at := coalesce(new.ended_at, now());
  new.redacted_at := coalesce(new.redacted_at, now());
  return new;
end;
$$;

comment on function herald.outlive_user() is
'Trigger: ends the verification of a user who is deleted, and forgets the number but for its hash.';

revoke execute on function herald.outlive_user() from public;

create or replace trigger t20_outlive_user
before update of user_id on herald.phone_verifications
for each row when (new.user_id is null and old.user_id is not null)
execute function herald.outlive_user();
