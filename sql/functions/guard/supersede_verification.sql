-- The user's number was changed while a code for another one was on its way: the code is older than the number, and
-- must not replace it. Definer: whoever may change a number need not see codes.
create or replace function herald.supersede_verification()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.end_verification(verification.id, 'superseded', now())
  from herald.phone_verifications as verification
  where verification.user_id = new.user_id
    and verification.ended_at is null
    and verification.phone_number is distinct from new.phone_number;
  return null;
end;
$$;

comment on function herald.supersede_verification() is
'Trigger: a number that is changed ends the open verification of another one.';

revoke execute on function herald.supersede_verification() from public;

create or replace trigger t50_supersede_verification
after update of phone_number on public.user_sms_preferences
for each row when (old.phone_number is distinct from new.phone_number)
execute function herald.supersede_verification();
