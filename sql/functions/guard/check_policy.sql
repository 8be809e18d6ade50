-- Rows of policy that could not be kept are refused when they are written: a zone or a column that does not exist, a
-- rule that cannot be followed.
create or replace function herald.check_policy()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  case tg_table_name
    when 'legal_windows' then
      if new.timezone is not null then
        perform herald.require_time_zone('timezone', new.timezone);
      end if;
    when 'sms_categories' then
      perform herald.require_preference('toggle_column', new.toggle_column, 'boolean');
    when 'sms_routines' then
      perform herald.require_rrule('recurrence_pattern', new.recurrence_pattern);
      if new.time_column is not null then
        perform herald.require_preference('time_column', new.time_column, 'time without time zone');
      end if;
  end case;
  return new;
end;
$$;

comment on function herald.check_policy() is
'Trigger: validates time zones, rules and columns that rows of policy name (22023, 22004).';

revoke execute on function herald.check_policy() from public;

create or replace trigger t20_check_policy
before insert or update on herald.legal_windows
for each row execute function herald.check_policy();

create or replace trigger t20_check_policy
before insert or update on herald.sms_categories
for each row execute function herald.check_policy();

create or replace trigger t20_check_policy
before insert or update on herald.sms_routines
for each row execute function herald.check_policy();
