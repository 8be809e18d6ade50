-- In every zone there is and all the year round: where the wall clock shows quiet hours they hold, where it does not
-- they do not, and they end where the wall clock says. Around a change of clocks they may last up to its length longer.
begin;
select plan(5);

create temporary table zone on commit drop as
select name from pg_timezone_names where name !~ '^(posix|right)/' and name not in ('Factory', 'localtime', 'posixrules');
create temporary table hours (starts time, ends time) on commit drop;
insert into hours values ('22:00', '07:30'), ('00:00', '06:00'), ('12:15', '13:45'), ('21:00', '00:00');
-- What the wall clock says, as plainly as it can be said.
create temporary table asked on commit drop as
select
  zone.name, hours.*, at, at at time zone zone.name as wall, herald.quiet_hours_end(at, starts, ends, zone.name) as until,
  case
    when starts < ends then (at at time zone zone.name)::time >= starts and (at at time zone zone.name)::time < ends
    else (at at time zone zone.name)::time >= starts or (at at time zone zone.name)::time < ends
  end as is_quiet,
  -- Whether the clocks are changed within the day around it.
  (at at time zone zone.name) - ((at - interval '30 hours') at time zone zone.name) <> interval '30 hours'
    or ((at + interval '30 hours') at time zone zone.name) - (at at time zone zone.name) <> interval '30 hours' as is_near_change
from zone
cross join hours
cross join generate_series(timestamptz '2030-01-01 00:10+00', '2030-12-31 00:10+00', interval '12 days 7 hours 25 minutes') as at;

select cmp_ok((select count(distinct name) from asked), '>', 400::bigint, 'hundreds of zones are asked');
select is_empty(
  'select name, starts, ends, at from asked where is_quiet and until is null', 'where the wall clock shows quiet hours they hold'
);
select is_empty(
  'select name, starts, ends, at, until from asked where not is_quiet and until is not null and not is_near_change',
  'where it does not they do not, away from a change of clocks'
);
select is_empty(
  'select name, starts, ends, at, until from asked where not is_quiet and until > at + interval ''1 hour''',
  'and for an hour at most near one'
);
select is_empty(
  $$
    select name, starts, ends, at, until
    from asked
    where is_quiet
      and not is_near_change
      and until at time zone name <> wall::date + ends + case when starts > ends and wall::time >= starts then interval '1 day' else '0' end
  $$,
  'they end when the wall clock shows their end'
);

select * from finish();
rollback;
