-- F84: the limit was reset at UTC's midnight. It begins anew at the user's, and only there.
begin;
select plan(4);

create temporary table reader on commit drop as
select 'east' as name, a_user_with_phone('+12025550123') as id union all select 'west', a_user_with_phone('+12025550124');
update user_sms_preferences set timezone = case when phone_number = '+12025550123' then 'Asia/Tokyo' else 'America/Los_Angeles' end, daily_sms_limit = 1;
create function pg_temp.goes(p_name text, p_at timestamptz) returns boolean language plpgsql as $$
declare
  v_id constant uuid := queue_sms_message((select id from reader where name = p_name), null, 'hello', p_scheduled_for => p_at);
begin
  perform tick(p_at);
  return exists (select from claim_sms('a sender', p_now => p_at) where message_id = v_id);
end $$;

-- Midnight in Tokyo is 15:00 in UTC, and in Los Angeles 07:00.
select is(array[pg_temp.goes('east', '2040-05-01 12:00+00'), pg_temp.goes('west', '2040-05-01 12:00+00')], '{true,true}', 'one each at noon in UTC');
select is(pg_temp.goes('west', '2040-05-02 00:00:01+00'), false, 'UTC''s midnight is afternoon in Los Angeles, and changes nothing');
select is(pg_temp.goes('east', '2040-05-01 15:00+00'), true, 'Tokyo''s midnight does, for Tokyo');
select is((select scheduled_for from sms_messages where status = 'scheduled'), '2040-05-02 07:00+00', 'and Los Angeles'' for Los Angeles');

select * from finish();
rollback;
