-- Refuses words that the provider would refuse, without repeating them in the error.
create or replace function herald.require_sendable(p_argument text, p_message text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_message is null then
    raise exception '% is null', p_argument
      using errcode = '22004', hint = 'Give the words of the text.';
  end if;
  if herald.is_blank(p_message) then
    raise exception '% is empty', p_argument
      using errcode = '22023', hint = 'Give the words of the text; white space alone is not sent.';
  end if;
  -- Twilio takes 1,600 characters.
  if char_length(p_message) > 1600 then
    raise exception '% has % characters, and a text may have 1600', p_argument, char_length(p_message)
      using errcode = '22023', hint = 'Shorten it, or send several texts.';
  end if;
end;
$$;

comment on function herald.require_sendable(text, text) is
$$Raises unless there is something to say in 1 to 1,600 characters.

Errors: 22023 blank or too long, 22004 null.$$;

revoke execute on function herald.require_sendable(text, text) from public;
grant execute on function herald.require_sendable(text, text) to herald_runner;
