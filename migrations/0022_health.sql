-- Deploy pgherald:0022_health to pg
-- depends: 0014_consent 0017_reconciliation
-- transactional: false

-- Attempts are added at one end of the index, and building it reads one narrow table.
-- squawk-ignore-file require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

-- From where on a check is amber or red. Rows, so that a team can judge otherwise than we do.
create table herald.health_limits (
  check_name text not null,
  place integer not null,
  unit text not null,
  amber_from double precision,
  red_from double precision,
  span interval,
  grace interval,
  least_count integer,
  constraint health_limits_pkey primary key (check_name),
  constraint health_limits_place_key unique (place),
  constraint health_limits_unit_is_known check (unit in ('seconds', 'count', 'percent')),
  constraint health_limits_are_positive check (amber_from > 0 and red_from > 0),
  constraint health_limits_times_are_positive check (span > interval '0' and grace >= interval '0'),
  constraint health_limits_least_count_is_positive check (least_count > 0)
);
comment on table herald.health_limits is
'What health() judges by. A column that is null for a check means nothing to it. Change it with a plain update.';
comment on column herald.health_limits.amber_from is 'From so much on it is amber, in unit; null: never.';
comment on column herald.health_limits.red_from is 'From so much on it is red, in unit; null: never.';
comment on column herald.health_limits.span is 'What is older than this does not count any more.';
comment on column herald.health_limits.grace is 'What is younger than this does not count yet.';
comment on column herald.health_limits.least_count is 'Fewer than this say nothing.';

insert into herald.health_limits (place, check_name, unit, amber_from, red_from, span, grace, least_count)
values
(1, 'tick', 'seconds', 90, 180, null, null, null),
(2, 'runners', 'seconds', 15, 30, '1 hour', null, null),
(3, 'oldest_due_job', 'seconds', 120, 900, null, null, null),
(4, 'leases', 'seconds', 60, 300, null, null, null),
(5, 'failures', 'percent', 20, 50, '1 hour', null, 10),
(6, 'texts_in_doubt', 'count', 1, 10, null, null, null),
(7, 'senders', 'count', 1, 1, null, '10 seconds', null),
(8, 'callbacks', 'percent', 20, 80, '2 hours', '10 minutes', 10),
(9, 'signatures', 'count', 5, null, '1 hour', null, null),
(10, 'replies', 'seconds', 14400, 259200, null, null, null),
(11, 'kill_switch', 'count', 1, null, null, null, null),
(12, 'versions', 'count', 1, 1, null, null, null);

-- One row a process, written by itself every few seconds, also while there is nothing to do.
create table herald.runners (
  runner text not null,
  version text not null,
  migration text,
  functions_digest text,
  works_on text[] not null default '{}',
  sender text,
  expects_reports boolean not null default false,
  refusals integer not null default 0,
  refused_at timestamptz,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  stopped_at timestamptz,
  constraint runners_pkey primary key (runner)
)
with (
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 500
);
comment on table herald.runners is 'Processes of ours: when each was seen last, and what it was built for.';
comment on column herald.runners.migration is
'The newest migration it came with; herald.installation has the database''s.';
comment on column herald.runners.functions_digest is 'Fingerprint of the bodies of the functions it came with.';
comment on column herald.runners.works_on is 'What it works on; empty for one that only takes requests.';
comment on column herald.runners.expects_reports is 'Whether the provider was told where to report to.';
comment on column herald.runners.refusals is
'Signed requests in a row that it had to refuse: the signature was wrong.';
comment on column herald.runners.refused_at is 'When it told of the last of them.';
comment on column herald.runners.stopped_at is
'When it came to an end in good order; null while it runs, or if it died.';

create table herald.installation (
  is_only_row boolean not null default true,
  migration text,
  functions_digest text not null,
  installed_at timestamptz not null,
  constraint installation_pkey primary key (is_only_row),
  constraint installation_has_one_row check (is_only_row)
);
comment on table herald.installation is 'What the last installation of sql/functions brought.';
comment on column herald.installation.migration is
'The newest migration then, by the books of pgherald migrate, sqitch or yoyo; null where there are none.';
comment on column herald.installation.functions_digest is 'Fingerprint of the bodies of its functions.';

create table herald.installed_objects (
  object_type text not null,
  object_name text not null,
  definition text not null,
  constraint installed_objects_pkey primary key (object_type, object_name)
);
comment on table herald.installed_objects is
'Functions, triggers, views and policies as the last installation of sql/functions made them, for doctor().';

create index sms_attempts_started_at_idx on herald.sms_attempts (started_at);

grant select on herald.health_limits, herald.installation, herald.installed_objects to herald_runner;
grant select, insert, update, delete on herald.runners to herald_runner;

commit;
