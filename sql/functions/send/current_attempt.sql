-- Which attempt the text is at, or was at last. Numbers do not tell: a redrive begins to count anew.
create or replace function herald.current_attempt(p_message_id uuid)
returns uuid
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  -- All of the text's, and then the last one: an index of the time would be walked through the attempts of all others.
  select own.id
  from (
    select id, started_at, attempt, outcome from herald.sms_attempts where message_id = p_message_id offset 0
  ) as own
  order by own.started_at desc, own.attempt desc, own.outcome is null desc
  limit 1;
$$;

comment on function herald.current_attempt(uuid) is 'The id of a text''s latest attempt; null if there is none.';

revoke execute on function herald.current_attempt(uuid) from public;
grant execute on function herald.current_attempt(uuid) to herald_runner;
