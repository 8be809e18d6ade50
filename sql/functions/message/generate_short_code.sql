-- One code for a short link.
create or replace function public.generate_short_code(length integer default 6)
returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  select code from herald.short_codes(1, length) as code;
$$;

comment on function public.generate_short_code(integer) is
$$A random code of so many letters: 0-9, A-Z, a-z, each as likely as any.

Whether it is in use already is not asked; create_tracking_link does that.

length: 1 to 64.

Errors: 22023 not 1 to 64 letters; 22004 null.

Example: {"length": 8}$$;

revoke execute on function public.generate_short_code(integer) from public;
grant execute on function public.generate_short_code(integer) to herald_runner;
