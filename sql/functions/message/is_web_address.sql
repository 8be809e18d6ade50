-- What a short link may lead to: http or https and a host, and nothing in it that a browser would read otherwise than
-- we do, such as white space of any kind, control characters, or a backslash, which browsers take for a slash.
create or replace function herald.is_web_address(p_url text)
returns boolean
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return char_length(p_url) <= 2048
    and p_url collate "C" ~* '^https?://(?:[a-z0-9\u00a1-\U0010ffff]|\[[0-9a-f:.]+\])'
    and p_url collate "C" !~ '[\u0001- <>"\\\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]';
end;
$$;

comment on function herald.is_web_address(text) is
'Whether a short link may lead there: an absolute http or https address of at most 2,048 characters. Null for null.';

revoke execute on function herald.is_web_address(text) from public;
grant execute on function herald.is_web_address(text) to herald_runner;
