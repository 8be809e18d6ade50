-- The rules of the house, asked of the catalog.
begin;
select plan(7);

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
  $$select signature from ours where not coalesce(proconfig, '{}') @> array['search_path=""']$$, 'every function pins its search path'
);
select is_empty(
  $$select signature from ours where obj_description(oid, 'pg_proc') is null$$, 'every function says what it is for'
);
select results_eq(
  $$select signature from ours where prosecdef order by 1$$,
  array[
    'confirm_phone_verification(uuid,text)', 'count_unread_notifications()', 'follow_link(text,text,text)', 'herald.admin_user_ids()',
    'herald.end_delivery_without_text()', 'herald.free_users(uuid[])', 'herald.note_deleted_user()', 'herald.subscribe_new_users()', 'herald.supersede_verification()', 'herald.user_contacts(uuid[])',
    'herald.user_exists(uuid)', 'list_notifications(integer,timestamp with time zone,boolean,uuid)',
    'mark_opened(uuid[],timestamp with time zone)', 'sms_segments(text)', 'start_phone_verification(uuid,text)'
  ],
  'the functions that run with another''s rights are few, and known'
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
