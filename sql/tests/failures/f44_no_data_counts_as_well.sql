-- F44: no data counted as all within thresholds. A rate that nothing stands behind says so, and is no rate.
begin;
select plan(12);

create function pg_temp.told(p_check text) returns text language sql as $$
  select concat_ws(' | ', status, summary, evidence ->> 'has_data') from herald.check_health(now() + interval '1 second') where check_name = p_check
$$;

select is(pg_temp.told('failures'), 'green | no data: no job has ended lately | false', 'no job, no rate of failures');
select is(pg_temp.told('callbacks'), 'green | no data: no text was sent lately by a sender that asks for reports | false', 'no text, no missing report');
select is(pg_temp.told('versions'), 'green | no data: no process of ours lives | false', 'no process, no version');
select is(pg_temp.told('tick'), 'red | tick() has never run', 'what must be there and is not is red');
select is(pg_temp.told('runners'), 'amber | no runner is at work; nothing is due', 'and so is amber what may be missing');
select is(
  (select array_agg(labels ->> 'check' order by labels ->> 'check') from herald.metrics() where name = 'pgherald_health_has_data' and value = 0),
  '{callbacks, failures, versions}', 'a monitor is told, too'
);

select count(tests.a_job('failed')) from generate_series(1, 9);
select is(pg_temp.told('failures'), 'green | no data: too few jobs have ended lately to judge by | false', 'nine jobs are too few');
select tests.a_job('failed');
select is(pg_temp.told('failures'), 'red | 100% of the attempts of other failed | true', 'ten are enough');
select count(tests.a_job('completed')) from generate_series(1, 30);
select is(pg_temp.told('failures'), 'amber | 25% of the attempts of other failed | true', 'ten of forty');
select count(tests.a_job('completed')) from generate_series(1, 20);
select is(pg_temp.told('failures'), 'green | 17% of the attempts of other failed | true', 'ten of sixty');
select count(tests.a_job('retrying')) from generate_series(1, 60);
select is(pg_temp.told('failures'), 'red | 58% of the attempts of other failed | true', 'what will be tried again has failed as well');
update herald.health_limits set amber_from = 60, red_from = null where check_name = 'failures';
select is(pg_temp.told('failures'), 'green | 58% of the attempts of other failed | true', 'as the limits say');

select * from finish();
rollback;
