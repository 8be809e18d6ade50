-- What an answer of a mail server or push service means. The runner only tells what was said.
create or replace function herald.classify_delivery_answer(
  p_channel text,
  p_delivered boolean,
  p_code integer,
  p_about_recipient boolean
)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_delivered then 'sent'
    when p_code is null then 'later'
    when p_channel = 'push' then case
      -- RFC 8030: the subscription has expired or was ended.
      when p_code in (404, 410) then 'gone'
      when p_code in (401, 403) then 'config'
      when p_code in (408, 425, 429) or p_code >= 500 then 'later'
      when p_code >= 400 then 'permanent'
      else 'later'
    end
    -- RFC 5321: 4xx passes, 5xx does not. RFC 4954: 530, 534, 535 and 538 are about our own login.
    when p_code in (530, 534, 535, 538) then 'config'
    when p_code between 500 and 599 and p_about_recipient then 'bounced'
    when p_code between 500 and 599 then 'permanent'
    else 'later'
  end;
$$;

comment on function herald.classify_delivery_answer(text, boolean, integer, boolean) is
'sent, gone, bounced, permanent, config or later.';

revoke execute on function herald.classify_delivery_answer(text, boolean, integer, boolean) from public;
grant execute on function herald.classify_delivery_answer(text, boolean, integer, boolean) to herald_runner;
