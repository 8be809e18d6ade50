-- The number a text's priority has in the queue.
create or replace function herald.job_priority(p_priority public.sms_priority)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case p_priority when 'urgent' then 1 when 'high' then 5 when 'normal' then 10 when 'low' then 20 end;
end;
$$;

comment on function herald.job_priority(public.sms_priority) is 'urgent 1, high 5, normal 10, low 20.';

revoke execute on function herald.job_priority(public.sms_priority) from public;
grant execute on function herald.job_priority(public.sms_priority) to herald_runner;
