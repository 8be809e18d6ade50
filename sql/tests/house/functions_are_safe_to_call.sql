-- The rules of the house, asked of the catalog.
begin;
select plan(8);

create temporary view ours as
select p.*, p.oid::regprocedure::text as signature
from pg_proc as p
where p.pronamespace in ('public'::regnamespace, 'herald'::regnamespace)
  and not exists (select from pg_depend as d where d.objid = p.oid and d.deptype = 'e');

select is_empty(
  'select pronamespace, proname from ours group by pronamespace, proname having count(*) > 1',
  'no function is overloaded: a call by named arguments is never ambiguous (F13)'
);
select is_empty(
  $$select signature from ours where not coalesce(proconfig, '{}') @> array['search_path=pg_catalog, pg_temp']$$,
  'every function pins its search path, with temporary types behind the true ones'
);
select is_empty(
  $$select signature from ours where obj_description(oid, 'pg_proc') is null$$, 'every function says what it is for'
);
select results_eq(
  $$select signature from ours where prosecdef order by 1$$,
  array[
    'follow_link(text,text,text)', 'herald.admin_user_ids()',
    -- What clients' plain statements set off.
    'herald.check_notification_preferences()', 'herald.check_notification_subscription()', 'herald.check_sms_preferences()',
    'herald.end_delivery_without_text()', 'herald.forget_unused_devices()', 'herald.free_users(uuid[])', 'herald.hand_over_device()',
    'herald.make_client_call()', 'herald.move_with_user()', 'herald.note_deleted_user()', 'herald.plan_own_routines()', 'herald.record_wishes()',
    'herald.subscribe_new_users()', 'herald.supersede_verification()', 'herald.user_contacts(uuid[])', 'herald.user_exists(uuid)'
  ],
  'the functions that run with another''s rights are few, and known'
);
select is_empty(
  $$select signature from ours where prosecdef and has_function_privilege('herald_client', oid, 'execute')$$,
  'and none of them is open to clients'
);
select is_empty(
  $$select signature from ours where prosrc ~* 'when others'$$, 'no function swallows what it does not know'
);
select is_empty(
  $$
  select signature from ours
  where prosrc ~* 'raise\s+exception' and prosrc !~* 'errcode'
  $$, 'every error has its SQLSTATE'
);
select is_empty(
  $$
  select signature from ours
  where prorettype <> 'trigger'::regtype and provolatile = 'i' and prosrc ~* '\mnow\(\)|clock_timestamp|\mfrom (public|herald)\.\w+\M(?!\()'
  $$, 'nothing that reads the clock or a table is called immutable'
);

select * from finish();
rollback;
