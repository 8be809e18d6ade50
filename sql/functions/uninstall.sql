-- Drops all functions, triggers, views and policies that index.sql has installed, and no table. By hand:
-- psql -1 -v ON_ERROR_STOP=1 -f sql/functions/uninstall.sql
--
-- It is a sweep after an installation of nothing. If something that is not ours uses a function, nothing is dropped.
set local lock_timeout = '5s';

do $$
begin
  perform pg_catalog.set_config('herald.found', 'uninstall', true);
end;
$$;

\ir sweep.sql
