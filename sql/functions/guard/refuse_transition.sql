-- One wording for a status that does not follow from the one before, with those that do.
create or replace function herald.refuse_transition(p_machine text, p_id uuid, p_from text, p_to text)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_allowed text;
begin
  select string_agg(to_status, ', ' order by to_status)
  into v_allowed
  from herald.transitions
  where machine = p_machine and from_status = p_from;

  raise exception '% % cannot %', p_machine, p_id, case
      when p_from = '(start)' then format('start as %s', p_to)
      else format('go from %s to %s', p_from, p_to)
    end
    using errcode = 'SMS01', hint = coalesce('Allowed here: ' || v_allowed || '.', 'This status is final.');
end;
$$;

comment on function herald.refuse_transition(text, uuid, text, text) is
'Raises SMS01 that names the change, with what herald.transitions allows instead.';

revoke execute on function herald.refuse_transition(text, uuid, text, text) from public;
grant execute on function herald.refuse_transition(text, uuid, text, text) to herald_runner, herald_client;
