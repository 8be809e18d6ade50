-- A routine by a rule that cannot be followed, or by a time that no user has, is refused when it is written.
create or replace function herald.check_sms_routine()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform herald.require_rrule('recurrence_pattern', new.recurrence_pattern);
  if new.time_column is not null then
    perform herald.require_preference('time_column', new.time_column, 'time without time zone');
  end if;
  return new;
end;
$$;

comment on function herald.check_sms_routine() is
'Trigger: validates rule and time column of a routine (22023, 22004).';

revoke execute on function herald.check_sms_routine() from public;

create or replace trigger t20_check_sms_routine
before insert or update on herald.sms_routines
for each row execute function herald.check_sms_routine();
