-- F109: codes came from random(), whose next values follow from the last, and any signed-in user could change a link.
begin;
select plan(17);

select is_empty(
  $$
  select proname
  from pg_proc
  where proname in ('generate_short_code', 'short_codes', 'make_links', 'create_tracking_link') and prosrc ~* '\mrandom\s*\('
  $$, 'no code comes from random()'
);
create temporary table code (number integer, seeded text) on commit drop;
select setseed(0.5);
insert into code select 1, generate_short_code();
select setseed(0.5);
insert into code select 2, generate_short_code();
select is((select count(distinct seeded) from code), 2::bigint, 'and none can be had again with its seed');

create role stranger nologin;
do $$
begin
  if not exists (select from pg_roles where rolname = 'anon') then
    create role anon nologin;
  end if;
end $$;
create temporary table link on commit drop as
select delivery.id as delivery_id, create_tracking_link(delivery.id, 'https://example.com/x') as code from tests.a_delivery('sent') as delivery (id);
grant select on link to public;

create function pg_temp.attempts(p_role text) returns setof text language plpgsql as $body$
begin
  execute format('set local role %I', p_role);
  return next throws_ok($$update public.notification_tracking_links set destination_url = 'https://evil.example'$$, '42501', null, p_role || ' cannot turn a link');
  if p_role = 'herald_client' then
    return next is_empty('select from public.notification_tracking_links', 'nor read any that is not theirs');
  else
    return next throws_ok($$select 1 from public.notification_tracking_links$$, '42501', null, 'nor read any');
  end if;
  return next throws_ok($$select public.create_tracking_link(delivery_id, 'https://evil.example') from link$$, '42501', null, 'nor make one');
  return next throws_ok($$select public.record_link_click(code) from link$$, '42501', null, 'nor count a click');
  reset role;
end $body$;
select pg_temp.attempts(name) from unnest('{stranger, anon, herald_client}'::text[]) as name;

set local role herald_runner;
select throws_ok($$update public.notification_tracking_links set destination_url = 'https://evil.example'$$, '42501', null, 'a link stays as it was made, for the runner''s role as well');
select is(
  (select record_link_click(code, 'Mozilla/5.0 Firefox/120.0', p_now => now() + interval '1 hour') from link), 'https://example.com/x',
  'the runner does what is asked of it'
);
select throws_ok($$insert into herald.link_bots (pattern, meaning) values ('x', 'x')$$, '42501', null, 'and even it does not say who is a machine');

select * from finish();
rollback;
