-- A runner says at its start from whom it sends, how fast and by which account; the last word counts for all runners of
-- the sender. A pause because of wrong settings ends here: they may be right now, and the first text will tell.
create or replace function herald.register_sender(
  p_sender text,
  p_rate_per_second numeric default null,
  p_account text default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_sender is null or p_rate_per_second not between 0.001 and 1000000 then
    raise exception 'p_sender % or p_rate_per_second % makes no sense',
      coalesce(herald.mask_phone(p_sender), 'null'), coalesce(p_rate_per_second::text, 'null')
      using errcode = '22023', hint = 'Give a number or Messaging Service, and a rate of at least 0.001, or null.';
  end if;

  insert into herald.senders as known (sender, rate_per_second, account)
  values (p_sender, p_rate_per_second, p_account)
  on conflict (sender) do update
  set
    account = coalesce(excluded.account, known.account),
    rate_per_second = excluded.rate_per_second,
    paused_until = case when known.pause_reason like 'throttled:%' then known.paused_until end,
    pause_reason = case when known.pause_reason like 'throttled:%' then known.pause_reason end;
end;
$$;

comment on function herald.register_sender(text, numeric, text) is
$$Makes a sender known, with the texts it may hand out in a second (null: no pacing), and the account at the provider
that it belongs to (null: as it was). Errors: 22023.$$;

revoke execute on function herald.register_sender(text, numeric, text) from public;
grant execute on function herald.register_sender(text, numeric, text) to herald_runner;
