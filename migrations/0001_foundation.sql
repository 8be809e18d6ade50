-- Deploy pgherald:0001_foundation to pg
-- transactional: false

begin;

set local lock_timeout = '5s';

do $$
begin
  if current_setting('server_version_num')::integer < 150000 then
    raise exception 'PostgreSQL % is too old', current_setting('server_version')
      using errcode = '0A000', hint = 'pgherald needs PostgreSQL 15 or newer: upgrade the server first.';
  end if;
end;
$$;

create schema herald;
comment on schema herald is 'Private parts of pgherald: policy, ledgers and helpers. Nothing here is for clients.';

-- Roles belong to the whole server, so another database may have made them already, or be making them right now.
do $$
declare
  v_role text;
begin
  foreach v_role in array array['herald_runner', 'herald_client'] loop
    begin
      if not exists (select from pg_catalog.pg_roles where rolname = v_role) then
        execute format('create role %I nologin', v_role);
      end if;
    exception
      when duplicate_object or unique_violation then
        null;
      when insufficient_privilege then
        raise exception 'role % is missing and % may not create roles', v_role, current_user
          using errcode = '42501',
            hint = 'Let an administrator run: create role herald_runner nologin; create role herald_client nologin;';
    end;
  end loop;
end;
$$;

-- Supabase's roles get ours, where they exist; function and table files then name only ours.
do $$
declare
  v_grant record;
begin
  for v_grant in
    select ours, theirs
    from (values ('herald_runner', 'service_role'), ('herald_client', 'authenticated')) as pair (ours, theirs)
    inner join pg_catalog.pg_roles on pg_roles.rolname = pair.theirs
    where not pg_catalog.pg_has_role(pg_roles.oid, ours, 'member')
  loop
    execute format('grant %I to %I', v_grant.ours, v_grant.theirs);
  end loop;
exception
  when insufficient_privilege then
    raise exception '% may not grant herald_runner and herald_client', current_user
      using errcode = '42501',
        hint = 'Let an administrator run: grant herald_runner to service_role; grant herald_client to authenticated;';
end;
$$;

grant usage on schema herald to herald_runner;

-- Every table starts closed: row security on, nothing granted but to herald_runner. Supabase's default privileges may
-- have opened it to anon and authenticated in the moment it was made, so these are named too.
create function herald.close_table(p_table regclass)
returns void
language plpgsql
set search_path = ''
as $body$
declare
  v_role name;
begin
  execute format('alter table %s enable row level security', p_table);
  execute format('revoke all on %s from public', p_table);
  for v_role in select rolname from pg_catalog.pg_roles where rolname in ('anon', 'authenticated') loop
    execute format('revoke all on %s from %I', p_table, v_role);
  end loop;
  execute format('grant select, insert, update, delete on %s to herald_runner', p_table);
  execute format(
    'create policy "the runner works on every row" on %s to herald_runner using (true) with check (true)', p_table
  );
end;
$body$;
revoke execute on function herald.close_table(regclass) from public;
comment on function herald.close_table(regclass) is
'For migrations: makes a new table readable and writable to herald_runner alone.';

create table herald.installed_routines (
  signature text not null,
  constraint installed_routines_pkey primary key (signature)
);
comment on table herald.installed_routines is
'What the last installation of sql/functions made: the next one drops what is gone from the files, and nothing else.';

create table herald.host_tables (
  table_name text not null,
  is_ours boolean not null,
  constraint host_tables_pkey primary key (table_name)
);
comment on table herald.host_tables is 'Tables of the application that ours refer to; is_ours where they were missing.';

-- users, projects and tasks belong to the application: taken as they are, made only where missing.
do $$
declare
  v_table text;
  v_type text;
begin
  foreach v_table in array array['users', 'projects', 'tasks'] loop
    if to_regclass(format('public.%I', v_table)) is null then
      execute format('create table public.%I (id uuid not null default gen_random_uuid(), primary key (id))', v_table);
      execute format('alter table public.%I enable row level security', v_table);
      insert into herald.host_tables (table_name, is_ours) values (v_table, true);
      continue;
    end if;

    if not exists (
      select from pg_catalog.pg_class
      where oid = to_regclass(format('public.%I', v_table)) and relkind in ('r', 'p')
    ) then
      raise exception 'public.% is not a table, so nothing can refer to it', v_table
        using errcode = '42809', hint = 'Install pgherald in a database of its own, or where its table is.';
    end if;

    select format_type(atttypid, atttypmod)
    into v_type
    from pg_catalog.pg_attribute
    where attrelid = to_regclass(format('public.%I', v_table)) and attname = 'id' and not attisdropped;

    if v_type is distinct from 'uuid' then
      raise exception 'table public.% has id of type %, but pgherald refers to it by uuid',
        v_table, coalesce(v_type, 'nothing (no such column)')
        using errcode = '42804',
          hint = format('Give public.%I a column id uuid with a primary key or unique constraint, '
            || 'or install pgherald in a database of its own.', v_table);
    end if;

    if not exists (
      select
      from pg_catalog.pg_index as i
      inner join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
      where i.indrelid = to_regclass(format('public.%I', v_table))
        and i.indisunique and i.indnkeyatts = 1 and i.indpred is null and a.attname = 'id'
    ) then
      raise exception 'table public.% has no primary key or unique constraint on id', v_table
        using errcode = '42830', hint = format('Run: alter table public.%I add primary key (id);', v_table);
    end if;

    insert into herald.host_tables (table_name, is_ours) values (v_table, false);
  end loop;
end;
$$;

-- One row, a column a setting: the type checks the value, and an unknown setting is an unknown column.
create table herald.settings (
  is_only_row boolean not null default true,
  kill_switch boolean not null default false,
  promote_lead interval not null default '5 minutes',
  retry_delays interval[] not null default '{0, 5 minutes, 15 minutes, 30 minutes}',
  retry_jitter double precision not null default 0.1,
  sender_pause interval not null default '1 minute',
  throttle_delay interval not null default '10 seconds',
  default_expiry interval default '24 hours',
  job_retention interval not null default '30 days',
  price_per_segment numeric not null default 0,
  constraint settings_pkey primary key (is_only_row),
  constraint settings_has_one_row check (is_only_row),
  constraint settings_lead_is_not_negative check (promote_lead >= interval '0'),
  constraint settings_retry_delays_are_known check (
    cardinality(retry_delays) > 0
    and array_position(retry_delays, null) is null
    and interval '0' <= all(retry_delays)
  ),
  constraint settings_jitter_is_a_share check (retry_jitter between 0 and 1),
  constraint settings_pauses_are_positive check (sender_pause > interval '0' and throttle_delay > interval '0'),
  constraint settings_expiry_is_positive check (default_expiry > interval '0'),
  constraint settings_retention_is_positive check (job_retention > interval '0'),
  constraint settings_price_is_not_negative check (price_per_segment >= 0)
);
insert into herald.settings default values;

comment on table herald.settings is 'What a team may set, one column each. Change it with a plain update.';
comment on column herald.settings.kill_switch is 'While true no text is handed to a runner; nothing is lost.';
comment on column herald.settings.promote_lead is
'How long before its time a text gets its job. It never leaves early: the job keeps the exact time.';
comment on column herald.settings.retry_delays is
'Wait before attempt 1, 2, 3 …; the last one serves for all that follow.';
comment on column herald.settings.retry_jitter is
'Up to this share of a delay is added at random, so that what failed together does not come back together.';
comment on column herald.settings.sender_pause is
'How long a sender rests after the provider refused the account or the sender itself.';
comment on column herald.settings.throttle_delay is 'Wait after a throttled request that named no time of its own.';
comment on column herald.settings.default_expiry is
'How long after its time a text without a category may still be sent; null for ever.';
comment on column herald.settings.job_retention is 'How long finished jobs are kept.';
comment on column herald.settings.price_per_segment is 'What a segment costs you in US dollars, for the statistics.';

revoke all on all tables in schema herald from public;
grant select, update on herald.settings to herald_runner;

commit;
