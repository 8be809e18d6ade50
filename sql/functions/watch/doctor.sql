-- Whether everything is as shipped: a row for each difference, and none where there is none.
--
-- What the migrations make is held against a list that came with the functions, so that no later state of the database
-- can pass for the right one. Functions, triggers, views and policies are held against what their installation wrote
-- down of itself. What an application has put on our tables is a note.
create or replace function public.doctor()
returns table (object_type text, object_name text, severity text, finding text, what_to_do text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with expected as (
    select object_type, object_name, definition, false as is_installed from herald.shipped_objects()
    union all
    select object_type, object_name, definition, true from herald.installed_objects
  ),
  observed as materialized (
    select object_type, object_name, definition from herald.observed_objects()
  ),
  differences as (
    select expected.*, observed.definition as found
    from expected
    left join observed using (object_type, object_name)
    where expected.definition is distinct from observed.definition
      -- Of several functions of one name, one is as it should be.
      and not exists (
        select
        from observed as other
        where other.object_type = expected.object_type
          and other.object_name = expected.object_name
          and other.definition = expected.definition
      )
  )
  select
    difference.object_type, difference.object_name,
    -- Somebody may want another fillfactor, or vacuum at other times: nothing is wrong by that.
    case when difference.object_type = 'storage' then 'note' else 'fault' end,
    case
      when difference.found is null then 'is missing'
      when difference.object_type = 'function' then 'is not what was installed'
      when difference.found like 'disabled %' then 'is disabled'
      when difference.found like 'invalid %' then 'is invalid'
      else 'is: ' || difference.found
    end,
    case
      when difference.is_installed
        then 'Run pgherald migrate: it installs all functions, triggers, views and policies anew.'
      when difference.object_type = 'index' and difference.found like 'invalid %'
        then format(
          'Run: reindex index concurrently %I.%I;',
          split_part(difference.object_name, '.', 1), split_part(difference.object_name, ': ', 2)
        )
      when difference.object_type = 'index' then 'Run: ' || difference.definition || ';'
      when difference.object_type = 'constraint'
        then format(
          'Run: alter table %s add constraint %I %s;', split_part(difference.object_name, ': ', 1),
          split_part(difference.object_name, ': ', 2), difference.definition
        )
      when difference.object_type = 'table' and difference.found is not null
        then format('Run: alter table %s enable row level security;', difference.object_name)
      when difference.object_type = 'storage' and difference.definition = 'default'
        then format(
          'Nothing, if somebody wants it so. Else reset it: alter table %s reset (…);', difference.object_name
        )
      when difference.object_type = 'storage'
        then format(
          'Nothing, if somebody wants it so. Else run: alter table %s set (%s);', difference.object_name,
          difference.definition
        )
      when difference.object_type = 'references'
        then format('Run: alter table %s enable trigger all;', difference.object_name)
      else 'Shipped is: ' || difference.definition
    end
  from differences as difference
  union all
  select
    observed.object_type, observed.object_name, 'note', 'is not ours',
    case
      when observed.object_type = 'policy' then 'See that it opens no rows to those who should not have them.'
      else 'Nothing, if your application needs it.'
    end
  from observed
  where not exists (
      select
      from expected
      where expected.object_type = observed.object_type and expected.object_name = observed.object_name
    )
    and observed.object_type in ('trigger', 'policy', 'index', 'constraint', 'column')
  union all
  select
    'function', observed.object_name, 'note', 'is in our private schema, and not ours',
    'Move it to a schema of your own.'
  from observed
  where observed.object_type = 'function'
    and observed.object_name like 'herald.%'
    and not exists (
      select
      from expected
      where expected.object_type = 'function' and expected.object_name = observed.object_name
    )
  union all
  select
    'function', expected.object_name, 'fault', 'has an overload that is not ours',
    'Drop it, or give it another name: calls may reach it, or fail because nobody can tell which is meant.'
  from expected
  inner join observed using (object_type, object_name)
  where expected.object_type = 'function'
  group by expected.object_name, expected.definition
  having count(*) > 1 and bool_or(observed.definition = expected.definition)
  union all
  -- Rights by way of a role: whoever is in herald_runner may do all that the runner may.
  select
    'role', client.rolname, 'fault', 'is in ' || ours.rolname, format('Run: revoke %I from %I;', ours.rolname, client.rolname)
  from (values ('anon', 'herald_client'), ('anon', 'herald_runner'), ('authenticated', 'herald_runner'),
    ('herald_client', 'herald_runner')) as pair (theirs, ours)
  inner join pg_catalog.pg_roles as client on client.rolname = pair.theirs
  inner join pg_catalog.pg_roles as ours on ours.rolname = pair.ours
  where pg_has_role(client.oid, ours.oid, 'member')
  union all
  select
    'installation', 'functions', 'fault', 'nothing is on record of an installation of the functions',
    'Run pgherald migrate.'
  where not exists (select from herald.installation)
  order by 3, 1, 2;
$$;

comment on function public.doctor() is
$$Whether tables, indexes, triggers, policies, functions and rights are as shipped: a row for each difference.

No row: all is as shipped. pgherald doctor asks this, and holds the functions against the files of its own release.

severity: fault, something of ours is missing, switched off or changed; note, something of the application on ours, or
  storage settings that are not those shipped.
what_to_do: how to mend it.

Example: {}$$;

revoke execute on function public.doctor() from public;
grant execute on function public.doctor() to herald_runner;
