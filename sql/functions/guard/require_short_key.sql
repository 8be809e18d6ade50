-- Refuses a key that no index can hold, with words of ours.
create or replace function herald.require_short_key(p_argument text, p_key text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if char_length(p_key) > 255 then
    raise exception '% has % characters, and a key may have 255', p_argument, char_length(p_key)
      using errcode = '22023', hint = 'Use a shorter key, such as a hash of this one.';
  end if;
end;
$$;

comment on function herald.require_short_key(text, text) is
'Raises 22023 if the key has more than 255 characters; null is no key, and fine.';

revoke execute on function herald.require_short_key(text, text) from public;
grant execute on function herald.require_short_key(text, text) to herald_runner;
