-- Whether there is nothing to see. [[:space:]] is what the database's locale makes of it, and no locale counts the
-- no-break space, the zero-width ones, or the fillers that look like a blank.
create or replace function herald.is_blank(p_text text)
returns boolean
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select p_text !~ (
    '[^[:space:]\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufeff]'
  );
$$;

comment on function herald.is_blank(text) is 'True if the text has nothing to see; null for null.';

revoke execute on function herald.is_blank(text) from public;
grant execute on function herald.is_blank(text) to herald_runner, herald_client;
