-- A role that was given nothing can read nothing, write nothing and call nothing; the runner's role can do its work. What
-- a signed-in user can do is in docs/access.md.
begin;
select plan(15);

create role stranger nologin;
-- Where Supabase's roles are missing they are made here, so that the question is asked of them everywhere.
do $$
declare
  v_role text;
begin
  foreach v_role in array array['anon', 'authenticated'] loop
    if not exists (select from pg_roles where rolname = v_role) then
      execute format('create role %I nologin', v_role);
    end if;
  end loop;
end $$;
create temporary table outsider on commit drop as
select rolname as name from pg_roles where rolname in ('stranger', 'anon', 'authenticated') and not pg_has_role(oid, 'herald_client', 'member');

select is_empty(
  $$
  select outsider.name, c.oid::regclass
  from pg_class as c
  cross join outsider
  where c.relnamespace in ('public'::regnamespace, 'herald'::regnamespace) and c.relkind in ('r', 'v', 'm', 'f', 'p')
    and (
      has_table_privilege(outsider.name, c.oid, 'select, insert, update, delete, truncate, references, trigger')
      or has_any_column_privilege(outsider.name, c.oid, 'select, insert, update, references')
    )
  $$, 'no table is open to anybody else, nor a column'
);
select is_empty(
  $$
  select outsider.name, c.oid::regclass
  from pg_class as c
  cross join (select name from outsider union all select 'herald_client') as outsider
  where c.relnamespace in ('public'::regnamespace, 'herald'::regnamespace) and c.relkind = 'S'
    and has_sequence_privilege(outsider.name, c.oid, 'usage, select, update')
  $$, 'nor is a sequence'
);
select is_empty(
  $$
  select outsider.name, p.oid::regprocedure
  from pg_proc as p
  cross join outsider
  where p.pronamespace in ('public'::regnamespace, 'herald'::regnamespace) and has_function_privilege(outsider.name, p.oid, 'execute')
  $$, 'nor a function'
);
select is_empty(
  $$
  select name from outsider where has_schema_privilege(name, 'herald', 'usage')
  union all
  select name from (select name from outsider union all select 'herald_client') as anybody where has_schema_privilege(name, 'herald', 'create') or has_schema_privilege(name, 'public', 'create')
  $$,
  'the private schema is private'
);
select set_eq(
  $$
  select c.relname::text
  from pg_class as c
  where c.relnamespace = 'herald'::regnamespace and c.relkind in ('r', 'v', 'm', 'f', 'p')
    and (
      has_table_privilege('herald_client', c.oid, 'select, insert, update, delete, truncate, references, trigger')
      or has_any_column_privilege('herald_client', c.oid, 'select, insert, update, references')
    )
  $$, array['client_calls', 'transitions'], 'in the private schema a signed-in user has the way to make a call, and the rules of a status'
);
select is_empty(
  $$
  select c.oid::regclass
  from pg_class as c
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
  $$, 'row security is on everywhere in public'
);
select is_empty(
  $$select rolname from pg_roles where rolname in ('herald_runner', 'herald_client') and (rolsuper or rolcanlogin or rolbypassrls or rolcreaterole)$$,
  'our roles have no rights of their own beyond what is granted'
);

create temporary table who on commit drop as select tests.a_user_with_phone('+12025550170') as id;
grant select on who to herald_runner;
set local role herald_runner;
select lives_ok(
  $$
  do $body$
  declare
    v_id uuid := public.queue_sms_message((select id from who), null, 'hello', p_scheduled_for => now() + interval '10 minutes');
    v_claimed record;
  begin
    perform public.tick(now() + interval '10 minutes');
    perform herald.register_sender('+15005550006', null);
    select * into strict v_claimed from public.claim_sms('+15005550006', p_now => now() + interval '10 minutes');
    perform public.extend_leases(array[v_claimed.job_id], array[v_claimed.processing_token]);
    perform public.record_sms_results(jsonb_build_array(jsonb_build_object(
      'job_id', v_claimed.job_id, 'processing_token', v_claimed.processing_token, 'attempt_id', v_claimed.attempt_id,
      'sid', 'SM1', 'http_status', 201
    )));
    perform public.record_twilio_status(v_claimed.attempt_id, 'SM1', 'delivered');
    if (select status from public.sms_messages where id = v_id) <> 'delivered' then
      raise exception 'not delivered';
    end if;
  end $body$
  $$, 'the runner''s role can bring a text all the way'
);
select lives_ok(
  $$
  select public.cancel_sms(public.queue_sms_message((select id from who), null, null, p_template_key => 'daily_brief_ready', p_template_vars => '{"main_focus": "x"}'));
  select public.redrive_sms(gen_random_uuid()), public.resolve_sms_in_doubt(gen_random_uuid(), false), herald.next_claim_at('{send_sms}', null);
  select public.complete_queue_job(job.id, null, job.processing_token)
  from public.add_queue_job((select id from who), 'other', '{}') as added, public.claim_pending_jobs('{other}') as job;
  select herald.suppress_number('+12025550171', 'test', 'test', now());
  select public.tick();
  $$, 'and whatever else there is to do'
);
select throws_ok('insert into public.users (id) values (gen_random_uuid())', '42501', null, 'but it has no right on the application''s tables');
select throws_ok('update herald.transitions set cause = cause', '42501', null, 'nor on the rules');
reset role;
set local role stranger;
select throws_ok('select 1 from public.sms_messages', '42501', null, 'a stranger cannot read a text');
select throws_ok($$select public.queue_sms_message(null, '+12025550170', 'hello')$$, '42501', null, 'nor have one sent');
select throws_ok('select public.tick()', '42501', null, 'nor turn the clock');
reset role;
select is_empty(
  $$
  select c.oid::regclass from pg_class as c
  where c.relnamespace = 'herald'::regnamespace and c.relkind = 'r' and c.relname in ('transitions', 'provider_codes', 'sms_categories')
    and has_table_privilege('herald_runner', c.oid, 'insert, update, delete, truncate')
  $$, 'the runner reads the rows of policy, and writes none'
);

select * from finish();
rollback;
