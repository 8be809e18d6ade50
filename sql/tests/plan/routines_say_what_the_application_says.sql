-- What a routine says, the application says, in a function of its own: to each user, or nothing. If that fails, only
-- routines wait for it.
begin;
select plan(22);
set local timezone = 'UTC';

create temporary table reader on commit drop as
select name, a_user_with_phone('+1202555010' || number) as id
from unnest('{ann, bob, cas, dan, eve}'::text[]) with ordinality as given (name, number);
alter table user_sms_preferences disable trigger t60_plan_own_routines;
update user_sms_preferences set timezone = 'UTC', morning_kickoff_enabled = true, next_up_enabled = true;
update herald.sms_routines set is_active = true where category = 'next_up';
select from herald.plan_routines(null, '2040-05-01 06:00+00');
select queue_sms_message(id, null, 'another series', p_scheduled_for => '2040-05-01 08:00+00', p_recurrence_pattern => 'FREQ=DAILY') is not null as queued from reader where name = 'ann';

create table pg_temp.asked (category text, user_ids uuid[], at timestamptz);
create function pg_temp.said(p_routine text) returns setof text language sql as $$
  select reader.name || ' ' || message.status || ': ' || message.message_content || coalesce(' (' || message.cancel_reason || ')', '')
  from sms_messages as message inner join reader on reader.id = message.user_id
  where message.category = p_routine and message.occurrence is not null
  order by message.occurrence desc, reader.name
  limit 5;
$$;

-- As it comes, the function says nothing.
select is((tick('2040-05-01 07:57+00') ->> 'routines_recurred')::integer, 5, 'five kick-offs');
select results_eq(
  $$select distinct split_part(said, ': ', 2) from pg_temp.said('morning_kickoff') as said$$, $$values ('Good morning! Your plan for today is ready in the app.')$$, 'say what stands in the table'
);
select is((tick('2040-05-01 12:27+00') ->> 'routines_recurred')::integer, 5, 'a routine without words');
select results_eq(
  $$select pg_temp.said('next_up') limit 1$$,
  $$values ('ann cancelled: This is said by herald.routine_words. (nothing_to_say: the application had no words for it)')$$, 'sends nothing, and says why'
);

create or replace function herald.routine_words(p_category text, p_user_ids uuid[], p_at timestamptz)
returns table (user_id uuid, message text) language sql as $$
  insert into pg_temp.asked values (p_category, p_user_ids, p_at);
  select reader.id, message
  from (
    values ('ann', 'Three meetings, Ann'), ('bob', null), ('cas', '  '), ('dan', repeat('x', 1601)), ('nobody', 'whom nobody asked for')
  ) as told (name, message)
  left join reader on reader.name = told.name;
$$;
select from tick('2040-05-02 07:57+00');
select results_eq(
  $$select user_ids = array(select id from reader order by id), at from (select array(select unnest(user_ids) order by 1) as user_ids, at from asked where category = 'morning_kickoff') as asked$$,
  $$values (true, '2040-05-02 08:00+00'::timestamptz)$$, 'the application is asked once for all users of one instant'
);
select results_eq(
  $$select pg_temp.said('morning_kickoff')$$,
  $$values
    ('ann queued: Three meetings, Ann'),
    ('bob cancelled: Good morning! Your plan for today is ready in the app. (nothing_to_say: the application had no words for it)'),
    ('cas cancelled: Good morning! Your plan for today is ready in the app. (nothing_to_say: the application had no words for it)'),
    ('dan cancelled: Good morning! Your plan for today is ready in the app. (too_long: the application gave it more than 1,600 characters)'),
    ('eve queued: Good morning! Your plan for today is ready in the app.')
  $$,
  'each is told what the application says; null or blank is nothing, and no row is the routine''s own words'
);
select is((select segment_count from sms_messages where message_content = 'Three meetings, Ann'), 1, 'segments are counted');
select from tick('2040-05-02 12:27+00');
select results_eq($$select pg_temp.said('next_up') limit 1$$, $$values ('ann queued: Three meetings, Ann')$$, 'also where the routine has none of its own');

-- After a time without a tick nobody is asked for words of the past.
delete from asked;
select from tick('2040-05-05 09:00+00');
select is((select array_agg(distinct at order by at) from asked where category = 'morning_kickoff'), '{2040-05-05 08:00+00}'::timestamptz[], 'only for the newest one words are asked for');

-- The function fails.
create or replace function herald.routine_words(p_category text, p_user_ids uuid[], p_at timestamptz)
returns table (user_id uuid, message text) language plpgsql as $$
begin
  return query select null::uuid, (1 / 0)::text;
end $$;
create temporary table report on commit drop as select tick('2040-05-06 07:57+00') as told;
select is((select told -> 'failed' ->> 'routines_recurred' from report), 'division by zero (SQLSTATE 22012)', 'the tick tells that it could not');
select is((select (told ->> 'recurred')::integer from report), 1, 'other series go on');
select is((select count(*) from sms_messages where message_content = 'another series' and status = 'queued' and occurrence = '2040-05-06 08:00'), 1::bigint, 'with their texts');
select is((select count(*) from sms_messages where routine = 'morning_kickoff' and scheduled_for = '2040-05-06 08:00+00'), 5::bigint, 'the routines wait');
create or replace function herald.routine_words(p_category text, p_user_ids uuid[], p_at timestamptz)
returns table (user_id uuid, message text) language plpgsql as $$
begin
  execute current_setting('test.error');
end $$;
select is(tick('2040-05-06 07:58+00') -> 'failed' ->> 'routines_recurred' ~ error, true, format('an error of class %s costs nobody else anything', error))
from (
  values
    ('SMS04', $$do 'begin raise exception ''no name for {{name}}'' using errcode = ''SMS04''; end'$$),
    ('P0002', $$do 'declare v integer; begin select 1 into strict v where false; end'$$), ('P0004', $$do 'begin assert false; end'$$),
    ('21000', 'select (select generate_series(1, 2))'), ('42883', 'select no_such_function()'), ('22023', $$do 'begin raise sqlstate ''22023''; end'$$)
) as given (error, command)
cross join lateral set_config('test.error', command, true) as configured;
create or replace function herald.routine_words(p_category text, p_user_ids uuid[], p_at timestamptz)
returns table (user_id uuid, message text) language sql as $$select unnest(p_user_ids), 'mended'$$;
select is((tick('2040-05-06 08:10+00') ->> 'routines_recurred')::integer, 10, 'until it is mended: those of today, and the others of the day before');
select results_eq($$select pg_temp.said('morning_kickoff') limit 1$$, $$values ('ann queued: mended')$$, 'and go then, a little late');
select is(
  (select count(*) from (select parent_message_id, occurrence from sms_messages where occurrence is not null group by 1, 2 having count(*) > 1) as twice), 0::bigint, 'nothing happened twice'
);

select * from finish();
rollback;
