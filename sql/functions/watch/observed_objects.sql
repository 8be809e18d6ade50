-- What is in the catalog about tables and routines of ours, each as one line of text that changes when the object does.
--
-- Ours is what stands in the schema herald, and what shipped_objects() and the last installation name in public; what
-- others have put on our tables is in it, too.
create or replace function herald.observed_objects()
returns table (object_type text, object_name text, definition text, class_id oid, object_id oid)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with relations as materialized (
    select c.*, c.relnamespace::regnamespace || '.' || c.relname as name
    from pg_catalog.pg_class as c
    where c.relkind in ('r', 'p', 'v')
      and (
        c.relnamespace = to_regnamespace('herald')
        or c.oid in (
          select to_regclass(shipped.object_name)
          from herald.shipped_objects() as shipped
          where shipped.object_type = 'table'
        )
        or (c.relkind = 'v' and c.relnamespace = to_regnamespace('public'))
      )
  ),
  tables as (
    select * from relations where relkind in ('r', 'p')
  ),
  routines as materialized (
    select p.*, p.pronamespace::regnamespace || '.' || p.proname as name
    from pg_catalog.pg_proc as p
    where p.pronamespace in (to_regnamespace('herald'), to_regnamespace('public'))
      and not exists (select from pg_catalog.pg_depend as d where d.objid = p.oid and d.deptype = 'e')
  ),
  -- Whose rights are ours to say; what service_role and the owner have beside that is the platform's.
  watched (grantee, oid) as (
    select 'public', 0::oid
    union all
    select rolname::text, oid
    from pg_catalog.pg_roles
    where rolname in ('anon', 'authenticated', 'herald_client', 'herald_runner')
  )
  select
    'function', routine.name,
    concat_ws(
      ' ', pg_catalog.pg_get_function_identity_arguments(routine.oid), 'returns', routine.prorettype::regtype,
      case when routine.prosecdef then 'as its owner' end, routine.provolatile, routine.proconfig::text,
      encode(sha256(convert_to(routine.prosrc, 'UTF8')), 'hex')
    ),
    'pg_catalog.pg_proc'::regclass::oid, routine.oid
  from routines as routine
  union all
  select
    'right to call', routine.name,
    coalesce(
      (
        select string_agg(watched.grantee, ', ' order by watched.grantee collate "C")
        from watched
        where exists (
          select
          from pg_catalog.aclexplode(coalesce(routine.proacl, acldefault('f', routine.proowner))) as acl
          where acl.grantee = watched.oid and acl.privilege_type = 'EXECUTE'
        )
      ),
      'nobody'
    ),
    'pg_catalog.pg_proc'::regclass::oid, routine.oid
  from routines as routine
  where routine.prorettype <> 'trigger'::regtype
  union all
  select
    'trigger', relation.name || ': ' || t.tgname,
    case t.tgenabled when 'O' then '' when 'D' then 'disabled ' else 'enabled for replicas only ' end
    || pg_catalog.pg_get_triggerdef(t.oid),
    'pg_catalog.pg_trigger'::regclass::oid, t.oid
  from tables as relation
  inner join pg_catalog.pg_trigger as t on t.tgrelid = relation.oid
  where not t.tgisinternal and t.tgparentid = 0
  union all
  -- References are kept by triggers that the server makes, and that disable trigger all switches off, too.
  select
    'references', relation.name, case when bool_and(t.tgenabled = 'O') then 'checked' else 'not checked' end,
    'pg_catalog.pg_class'::regclass::oid, relation.oid
  from tables as relation
  inner join pg_catalog.pg_trigger as t on t.tgrelid = relation.oid
  where t.tgisinternal
  group by relation.name, relation.oid
  union all
  select
    'policy', relation.name || ': ' || p.polname,
    concat_ws(
      ' ', case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd, 'to',
      (
        select string_agg(coalesce(r.rolname, 'public'), ', ' order by r.rolname)
        from unnest(p.polroles) as role (oid)
        left join pg_catalog.pg_roles as r on r.oid = role.oid
      ),
      'using ' || pg_catalog.pg_get_expr(p.polqual, p.polrelid),
      'with check ' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)
    ),
    'pg_catalog.pg_policy'::regclass::oid, p.oid
  from tables as relation
  inner join pg_catalog.pg_policy as p on p.polrelid = relation.oid
  union all
  select
    'view', relation.name, concat_ws(' ', relation.reloptions::text, pg_catalog.pg_get_viewdef(relation.oid)),
    'pg_catalog.pg_class'::regclass::oid, relation.oid
  from relations as relation
  where relation.relkind = 'v'
  union all
  select
    'table', relation.name,
    case
      when not relation.relrowsecurity then 'without row security'
      when relation.relforcerowsecurity then 'with row security, also of its owner'
      else 'with row security'
    end,
    'pg_catalog.pg_class'::regclass::oid, relation.oid
  from tables as relation
  union all
  select
    'storage', relation.name,
    coalesce(
      (select string_agg(option, ', ' order by option collate "C") from unnest(relation.reloptions) as option), 'default'
    ),
    'pg_catalog.pg_class'::regclass::oid, relation.oid
  from tables as relation
  union all
  select
    'schema', n.nspname::text,
    coalesce(
      (
        select string_agg(
          watched.grantee || ' ' || lower(acl.privilege_type), ', '
          order by watched.grantee || ' ' || lower(acl.privilege_type) collate "C"
        )
        from pg_catalog.aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as acl
        inner join watched on watched.oid = acl.grantee
      ),
      'nobody'
    ),
    'pg_catalog.pg_namespace'::regclass::oid, n.oid
  from pg_catalog.pg_namespace as n
  where n.nspname = 'herald'
  union all
  select
    'rights on', relation.name,
    coalesce(
      (
        select string_agg(held.grantee || ' ' || held.kinds, '; ' order by held.grantee collate "C")
        from (
          select
            watched.grantee,
            string_agg(
              lower(acl.privilege_type) || coalesce('(' || acl.column_name || ')', ''), ', '
              order by lower(acl.privilege_type) || coalesce('(' || acl.column_name || ')', '') collate "C"
            ) as kinds
          from (
            select given.grantee, given.privilege_type, null as column_name
            from pg_catalog.aclexplode(coalesce(relation.relacl, acldefault('r', relation.relowner))) as given
            union all
            select given.grantee, given.privilege_type, a.attname
            from pg_catalog.pg_attribute as a
            cross join lateral pg_catalog.aclexplode(a.attacl) as given
            where a.attrelid = relation.oid and not a.attisdropped
          ) as acl
          inner join watched on watched.oid = acl.grantee
          group by watched.grantee
        ) as held
      ),
      'nobody'
    ),
    'pg_catalog.pg_class'::regclass::oid, relation.oid
  from relations as relation
  union all
  select
    'column', relation.name || '.' || a.attname,
    concat_ws(
      ' ', pg_catalog.format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
      case when a.attidentity <> '' then 'identity' when a.attgenerated <> '' then 'generated' end,
      'default ' || case
        when a.attgenerated = '' then pg_catalog.pg_get_expr(d.adbin, d.adrelid)
      end
    ),
    'pg_catalog.pg_class'::regclass::oid, relation.oid
  from tables as relation
  inner join pg_catalog.pg_attribute as a on a.attrelid = relation.oid and a.attnum > 0 and not a.attisdropped
  left join pg_catalog.pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
  union all
  select
    'index', relation.name || ': ' || c.relname,
    case when i.indisvalid and i.indisready then '' else 'invalid ' end || pg_catalog.pg_get_indexdef(i.indexrelid),
    'pg_catalog.pg_class'::regclass::oid, i.indexrelid
  from tables as relation
  inner join pg_catalog.pg_index as i on i.indrelid = relation.oid
  inner join pg_catalog.pg_class as c on c.oid = i.indexrelid
  union all
  -- Since version 18 a column that is not null has a constraint of its own.
  select
    'constraint', relation.name || ': ' || k.conname,
    pg_catalog.pg_get_constraintdef(k.oid),
    'pg_catalog.pg_constraint'::regclass::oid, k.oid
  from tables as relation
  inner join pg_catalog.pg_constraint as k on k.conrelid = relation.oid
  where k.contype not in ('n', 't');
$$;

comment on function herald.observed_objects() is
'Tables, their storage, columns, indexes, constraints, triggers, policies, views, functions and rights as they are, '
'for doctor().';

revoke execute on function herald.observed_objects() from public;
grant execute on function herald.observed_objects() to herald_runner;
