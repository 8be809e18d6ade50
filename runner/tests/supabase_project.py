"""A database that looks like a fresh Supabase project, as far as one can tell from SQL.

The roles, the schema `auth`, the default privileges and the timeouts are those of Supabase's own image; who migrates is
no superuser. Roles belong to the whole server: use a server of your own (`a_project`), or drop them afterwards.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

import harness
from pgherald.embedded import EmbeddedServer

CLI_VERSION: Final = "3.1.0"
# Supabase's is called postgres, which here is the name of the superuser.
MIGRATOR: Final = "project_postgres"
API_ROLES: Final = ("anon", "authenticated", "service_role")

_ROLES: Final = """
do $$
declare
  v_role text;
begin
  foreach v_role in array array[
    'anon nologin', 'authenticated nologin', 'service_role nologin bypassrls', 'authenticator login noinherit',
    'supabase_auth_admin login noinherit createrole',
    'project_postgres login nosuperuser createdb createrole replication bypassrls'
  ] loop
    if to_regrole(split_part(v_role, ' ', 1)) is null then
      execute 'create role ' || v_role;
    end if;
  end loop;
end;
$$;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to project_postgres with admin option;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role project_postgres set search_path = "$user", public, extensions;
"""

_SCHEMAS: Final = """
create schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;
grant all on schema extensions to project_postgres;
grant usage on schema public to anon, authenticated, service_role;
create publication supabase_realtime;
alter publication supabase_realtime owner to project_postgres;

create schema auth authorization supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role, project_postgres;
set role supabase_auth_admin;

create table auth.users (
  id uuid not null primary key,
  aud text,
  role text,
  email text,
  phone text unique default null,
  email_confirmed_at timestamptz,
  phone_confirmed_at timestamptz,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_anonymous boolean not null default false,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  deleted_at timestamptz
);
alter table auth.users enable row level security;
grant select, insert, update, delete, references, trigger on auth.users to project_postgres;

create function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), ''))::jsonb;
$$;
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
$$;
create function auth.role() returns text language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role');
$$;
reset role;
"""

# What every project had until 2026, and what those keep that were made before.
_OPEN: Final = """
alter default privileges for role {owner} in schema public
  grant all on tables to project_postgres, anon, authenticated, service_role;
alter default privileges for role {owner} in schema public
  grant all on functions to project_postgres, anon, authenticated, service_role;
alter default privileges for role {owner} in schema public
  grant all on sequences to project_postgres, anon, authenticated, service_role;
"""

# Since 2026 a project takes these back again, and leaves truncate, references and trigger.
_CLOSED: Final = """
alter default privileges for role project_postgres in schema public
  revoke select, insert, update, delete on tables from anon, authenticated, service_role;
alter default privileges for role project_postgres in schema public
  revoke execute on functions from anon, authenticated, service_role;
alter default privileges for role project_postgres in schema public
  revoke usage, select on sequences from anon, authenticated, service_role;
"""

# As Supabase's guide on user data has it.
_USERS_TABLE: Final = """
set role project_postgres;
create table public.users (
  id uuid not null primary key references auth.users (id) on delete cascade,
  display_name text
);
alter table public.users enable row level security;
create policy "users read themselves" on public.users
  for select to authenticated using ((select auth.uid()) = id);
create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.users (id) values (new.id);
  return new;
end;
$$;
revoke execute on function public.handle_new_user() from public, anon, authenticated, service_role;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();
reset role;
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A project's database: `url` as the role that migrates, `admin_url` as the superuser nobody gets from Supabase."""

    url: str
    admin_url: str


def supabase_like(
    connection: psycopg.Connection[Any], *, has_users_table: bool = True, opens_new_tables: bool = True
) -> None:
    """Make the connected, empty database look like a project; the connection is a superuser's.

    `has_users_table`: the application has its `public.users` beside `auth.users` already. `opens_new_tables`: the
    default privileges are those from before 2026, which give the API's roles everything new in `public`.
    """
    connection.execute(_ROLES)
    database = connection.info.dbname
    connection.execute(
        sql.SQL("alter database {} owner to {}").format(sql.Identifier(database), sql.Identifier(MIGRATOR))
    )
    connection.execute(_SCHEMAS)
    for owner in ("current_user", MIGRATOR):
        connection.execute(_OPEN.format(owner=owner).encode())
    if not opens_new_tables:
        connection.execute(_CLOSED)
    if has_users_table:
        connection.execute(_USERS_TABLE)


def make_project(server: EmbeddedServer, *, has_users_table: bool = True, opens_new_tables: bool = True) -> Project:
    """Make a database on that server look like a project, and let its roles log in."""
    admin_url = server.create_database(f"project_{secrets.token_hex(4)}")
    parts = urlsplit(admin_url)
    with psycopg.connect(admin_url) as connection:
        supabase_like(connection, has_users_table=has_users_table, opens_new_tables=opens_new_tables)
        set_password = sql.SQL("alter role {} password {}")
        connection.execute(set_password.format(sql.Identifier(MIGRATOR), sql.Literal(parts.password)))
    netloc = f"{MIGRATOR}:{parts.password}@{parts.hostname}:{parts.port}"
    return Project(parts._replace(netloc=netloc).geturl(), admin_url)


@contextmanager
def a_project(
    *, has_users_table: bool = True, opens_new_tables: bool = True, bin_dir: Path | None = None
) -> Iterator[Project]:
    """Give a project on a server of its own."""
    with EmbeddedServer(bin_dir=bin_dir, settings={"fsync": "off"}) as own:
        yield make_project(own, has_users_table=has_users_table, opens_new_tables=opens_new_tables)


@cache
def supabase_cli() -> Path:
    """Find Supabase's command line, or bring it by npm. Raises `FileNotFoundError` that says what to install."""
    if found := shutil.which("supabase"):
        return Path(found)
    return harness.node_modules(f"supabase-{CLI_VERSION}", f"supabase@{CLI_VERSION}") / ".bin/supabase"


def run_supabase(folder: Path, url: str, *command: str) -> str:
    """Run a command of Supabase's in a project's folder on a database; what it printed comes back."""
    with tempfile.TemporaryDirectory(prefix="pgherald-supabase-") as home:
        # Without a home and a word on telemetry it would write into ours and tell who called.
        environment = {**os.environ, "HOME": home, "DO_NOT_TRACK": "1", "SUPABASE_TELEMETRY_DISABLED": "1"}
        done = subprocess.run(
            [supabase_cli(), *command, "--yes", f"--remote={url}?sslmode=disable"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    if done.returncode != 0:
        raise RuntimeError(f"supabase {' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr
