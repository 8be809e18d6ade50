-- A signed-in user writes any number into their preferences, and so learns that texts to it are stopped; not what the team
-- or its holder said about it.
begin;
select plan(9);

create temporary table ada on commit drop as select a_user() as id;
grant select on ada to herald_client;
select from opt_out_number('+12025550181', 'his wife called, ticket 4711', now() - interval '1 day');
select set_config('request.jwt.claims', json_build_object('sub', id, 'role', 'authenticated')::text, true) from ada;
set local role herald_client;

insert into public.user_sms_preferences (user_id, phone_number) select id, '+12025550181' from ada;
select is((select opted_out from public.user_sms_preferences), true, 'a number that was stopped stays stopped');
select is((select opt_out_reason from public.user_sms_preferences), 'opted out before', 'for no reason that is told');
select ok((select opted_out_at >= now() from public.user_sms_preferences), 'nor since when');
update public.user_sms_preferences set phone_number = '+12025550182';
select is((select opt_out_reason from public.user_sms_preferences), 'opted out before', 'whatever number comes next');

reset role;
update user_sms_preferences set phone_number = '+12025550183', opted_out = false;
create temporary table told on commit drop as select queue_sms_message(id, null, 'hello') as id from ada;
grant select on told to herald_client;
select from opt_out_number('+12025550183', 'a court, file 12');
update user_sms_preferences set phone_number = '+12025550181';
insert into told select queue_sms_message(id, null, 'hello again') from ada;
set local role herald_client;
select is(
  (select count(*) from public.sms_messages where cancel_reason ~ 'ticket|court'), 0::bigint, 'a text that is stopped for it says no more'
);
select is(
  (select count(*) from told cross join lateral public.explain_sms(told.id) as gate where gate::text ~ 'ticket|court'), 0::bigint,
  'and neither does its explanation'
);


reset role;
update user_sms_preferences set phone_number = '+12025550185', opted_out = false;
insert into told
select queue_sms_message(id, null, 'later', p_scheduled_for => now() + interval '2 days', p_recurrence_pattern => rule)
from ada
cross join (values (null), ('FREQ=DAILY')) as rules (rule);
select is(opt_out_number('+12025550185', 'a court, file 13'), 2, 'what waits is stopped');
set local role herald_client;
select is_empty($$select from public.sms_messages where cancel_reason ~ 'court'$$, 'and does not say why');
reset role;
select is_empty(
  $$select from ada cross join lateral export_user(ada.id) where record::text ~ 'ticket|court'$$, 'nor does an export'
);

select * from finish();
rollback;
