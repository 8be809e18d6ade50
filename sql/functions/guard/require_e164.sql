-- Refuses what is not a phone number before a constraint can: its error would show the row, words and number included.
create or replace function herald.require_e164(p_argument text, p_phone_number text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_phone_number ~ '^\+[1-9][0-9]{6,14}$' then
    return;
  end if;

  raise exception '% is not a phone number in E.164 form: %', p_argument, coalesce(
      case
        -- Five digits in all are enough to be somebody's number, however it is written.
        when char_length(regexp_replace(p_phone_number, '[^0-9]', '', 'g')) > 4
          then herald.mask_phone(regexp_replace(p_phone_number, '[^0-9+]', '', 'g'))
        else quote_literal(left(p_phone_number, 20))
      end,
      'null'
    )
    using errcode = case when p_phone_number is null then '22004' else '22023' end,
      hint = 'Write a plus sign, the country code and the number, digits only: +12025550123.';
end;
$$;

comment on function herald.require_e164(text, text) is
$$Raises unless the number is E.164: plus sign, country code, 7 to 15 digits in all.

Errors: 22023 malformed, 22004 null.$$;

revoke execute on function herald.require_e164(text, text) from public;
grant execute on function herald.require_e164(text, text) to herald_runner;
