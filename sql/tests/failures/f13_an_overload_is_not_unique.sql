-- F13: a function without arguments stood beside one whose arguments all had defaults: "not unique".
begin;
select plan(1);

select is_empty(
  $$
    select pronamespace::regnamespace || '.' || proname
    from pg_proc
    where pronamespace::regnamespace::text in ('public', 'herald')
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')
    group by pronamespace, proname
    having count(*) > 1
  $$,
  'no function of ours has a namesake'
);

select * from finish();
rollback;
