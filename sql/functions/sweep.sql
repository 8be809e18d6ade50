-- Ends an installation: checks every body, drops what has left this tree, and writes down what is in it.
--
-- What is ours now is what this transaction wrote, and the catalog knows that by xmin. What was ours before is in
-- herald.installed_routines. Dropped is only what was ours and was not written again: a function whose file is gone, or
-- its old overload after the arguments changed. Whatever an application has of its own is never looked at twice.
do $sweep$
declare
  -- The routines and views of others that were here before, or what uninstall.sql wants; set for this transaction only.
  v_found text := nullif(current_setting('herald.found', true), '');
  v_now xid := pg_current_xact_id()::xid;
  v_ours text [];
  v_left text [];
  v_stuck text [];
  v_signature text;
  v_detail text;
  v_book text;
  v_migration text;
  v_routine record;
begin
  if v_found is null then
    raise exception 'the functions were not installed in one transaction'
      using errcode = '25P01', hint = 'Run: psql -1 -v ON_ERROR_STOP=1 -f sql/functions/index.sql';
  end if;

  if to_regclass('herald.installed_routines') is null then
    return;
  end if;

  v_ours := array(
    select this.type || ' ' || this.identity
    from (
      select 'pg_catalog.pg_proc'::regclass as class, oid as id
      from pg_catalog.pg_proc
      where xmin = v_now and pronamespace in (select oid from pg_catalog.pg_namespace where nspname in ('herald', 'public'))
      union all
      -- A view's rule, not its row in pg_class, which a mere grant writes as well.
      select 'pg_catalog.pg_class'::regclass, r.ev_class
      from pg_catalog.pg_rewrite as r
      inner join pg_catalog.pg_class as c on c.oid = r.ev_class
      where r.xmin = v_now and c.relkind = 'v' and c.relnamespace::regnamespace::text in ('herald', 'public')
      union all
      select 'pg_catalog.pg_trigger'::regclass, t.oid
      from pg_catalog.pg_trigger as t
      inner join pg_catalog.pg_class as c on c.oid = t.tgrelid
      where t.xmin = v_now and not t.tgisinternal and t.tgparentid = 0
        and c.relnamespace::regnamespace::text in ('herald', 'public')
      union all
      select 'pg_catalog.pg_policy'::regclass, p.oid
      from pg_catalog.pg_policy as p
      inner join pg_catalog.pg_class as c on c.oid = p.polrelid
      where p.xmin = v_now and c.relnamespace::regnamespace::text in ('herald', 'public')
    ) as written
    cross join lateral pg_catalog.pg_identify_object(written.class, written.id, 0) as this
  );

  -- The catalog writes the rows of a savepoint under another number, and then nothing would seem to be ours.
  if v_ours = '{}' and v_found <> 'uninstall' and exists (select from herald.installed_routines) then
    raise exception 'this transaction itself has installed nothing'
      using errcode = '25P01', hint = 'Install outside of savepoints; to drop all functions, run uninstall.sql.';
  end if;

  if v_found <> 'uninstall' then
    select string_agg(signature, ', ')
    into v_detail
    from (
      select this.type || ' ' || this.identity as signature
      from unnest(string_to_array(v_found, ' ')) as found (entry)
      cross join lateral pg_catalog.pg_identify_object(
        split_part(found.entry, ':', 1)::oid, split_part(found.entry, ':', 2)::oid, 0
      ) as this
      where found.entry like '%:%'
    ) as before
    where signature = any (v_ours);

    if v_detail is not null then
      raise exception 'already here, and not ours to replace: %', v_detail
        using errcode = '42723', hint = 'Rename yours, or drop it if pgherald shall have its place.';
    end if;
  end if;

  -- Files may use what a later file makes, so bodies went in unread.
  set local check_function_bodies = on;
  set local search_path = '';
  for v_routine in
    select p.oid, l.lanvalidator::regproc as validator
    from pg_catalog.pg_proc as p
    inner join pg_catalog.pg_language as l on l.oid = p.prolang
    where p.xmin = v_now and l.lanname in ('sql', 'plpgsql')
      and p.pronamespace::regnamespace::text in ('herald', 'public')
  loop
    begin
      execute format('select %s($1)', v_routine.validator) using v_routine.oid;
    exception
      when syntax_error_or_access_rule_violation or feature_not_supported then
        get stacked diagnostics v_detail = pg_exception_context;
        raise exception 'function %: %', v_routine.oid::regprocedure, sqlerrm
          using errcode = sqlstate, detail = split_part(v_detail, 'SQL statement', 1);
    end;
  end loop;

  -- Where default privileges open every new function and view to Supabase's clients, they are closed again: what clients may
  -- call comes to them by our own roles alone.
  for v_routine in
    select p.oid, r.rolname
    from pg_catalog.pg_proc as p
    cross join pg_catalog.pg_roles as r
    where p.xmin = v_now and p.pronamespace::regnamespace::text in ('herald', 'public')
      and r.rolname in ('anon', 'authenticated', 'service_role')
  loop
    execute format('revoke all on routine %s from %I', v_routine.oid::regprocedure, v_routine.rolname);
  end loop;
  for v_routine in
    select distinct v.ev_class::regclass as view, r.rolname
    from pg_catalog.pg_rewrite as v
    inner join pg_catalog.pg_class as c on c.oid = v.ev_class
    cross join pg_catalog.pg_roles as r
    where v.xmin = v_now and c.relkind = 'v' and c.relnamespace::regnamespace::text in ('herald', 'public')
      and r.rolname in ('anon', 'authenticated', 'service_role')
  loop
    execute format('revoke all on %s from %I', v_routine.view, v_routine.rolname);
  end loop;

  -- Round by round, since a view may have to go before the function it calls. Never cascade: what still holds on to
  -- something of ours belongs to somebody else.
  set local client_min_messages = warning;
  v_left := array(
    select signature from herald.installed_routines where signature <> all (v_ours) order by signature desc
  );
  loop
    v_stuck := '{}';
    foreach v_signature in array v_left loop
      begin
        execute regexp_replace(v_signature, '^\w+', 'drop \& if exists');
      exception
        when dependent_objects_still_exist then
          get stacked diagnostics v_detail = pg_exception_detail;
          v_stuck := v_stuck || v_signature;
      end;
    end loop;

    exit when v_stuck = '{}';
    if cardinality(v_stuck) = cardinality(v_left) then
      raise exception '% is still in use by something that is not ours', v_stuck[cardinality(v_stuck)]
        using errcode = '2BP01', detail = v_detail, hint = 'Drop or change what uses it, then try again.';
    end if;
    v_left := v_stuck;
  end loop;

  delete from herald.installed_routines where signature <> all (v_ours);
  insert into herald.installed_routines (signature) select unnest(v_ours) on conflict do nothing;

  -- What doctor() and health() compare with. Written here because now it is as it was shipped.
  if to_regclass('herald.installed_objects') is null then
    return;
  end if;
  delete from herald.installed_objects;
  delete from herald.installation;
  if v_found = 'uninstall' then
    return;
  end if;

  insert into herald.installed_objects (object_type, object_name, definition)
  select there.object_type, there.object_name, there.definition
  from herald.observed_objects() as there
  cross join lateral pg_catalog.pg_identify_object(there.class_id, there.object_id, 0) as this
  where this.type || ' ' || this.identity = any (v_ours);

  foreach v_book in array array[
    'select migration_id from herald_migrations._yoyo_migration',
    'select change from sqitch.changes where project = ''pgherald''',
    'select migration_id from public._yoyo_migration'
  ] loop
    begin
      execute format(
        'select max(name collate "C") from (%s) as book (name) where name ~ ''^[0-9]{4}_''', v_book
      ) into v_migration;
    exception
      when undefined_table or undefined_column or invalid_schema_name or insufficient_privilege then
        v_migration := null;
    end;
    exit when v_migration is not null;
  end loop;

  insert into herald.installation (migration, functions_digest, installed_at)
  select
    v_migration,
    encode(
      sha256(
        convert_to(
          string_agg(name || ' ' || encode(sha256(convert_to(body, 'UTF8')), 'hex'), e'\n' order by name collate "C"),
          'UTF8'
        )
      ),
      'hex'
    ),
    now()
  from (
    select p.pronamespace::regnamespace || '.' || p.proname as name, p.prosrc as body
    from pg_catalog.pg_proc as p
    where p.xmin = v_now and p.pronamespace::regnamespace::text in ('herald', 'public')
  ) as ours;
end;
$sweep$;
