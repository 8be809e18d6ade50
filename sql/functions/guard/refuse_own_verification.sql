-- Whoever has no rights on this table but what a policy gives cannot say of a number that it is theirs, whatever
-- columns a team opens to them. By the rights of whoever runs the statement, so this is no definer.
create or replace function herald.refuse_own_verification()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if not pg_has_role(current_user, 'herald_runner', 'member')
    and not pg_has_role(current_user, (select relowner from pg_catalog.pg_class where oid = tg_relid), 'member')
  then
    raise exception 'phone_verified cannot be set by %', current_user
      using errcode = '42501', hint = 'Call start_phone_verification, and confirm_phone_verification with the code.';
  end if;
  return new;
end;
$$;

comment on function herald.refuse_own_verification() is
'Trigger: refuses a number that a client says is verified (42501).';

revoke execute on function herald.refuse_own_verification() from public;

create or replace trigger t15_refuse_own_verification
before insert on public.user_sms_preferences
for each row when (new.phone_verified)
execute function herald.refuse_own_verification();

create or replace trigger t15_refuse_changed_verification
before update on public.user_sms_preferences
for each row when (
  new.phone_verified
  and (old.phone_verified is not true or new.phone_verified_at is distinct from old.phone_verified_at)
)
execute function herald.refuse_own_verification();
