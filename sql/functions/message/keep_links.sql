-- Makes the short links that texts were written with, each told by its text, its address and its code.
create or replace function herald.keep_links(
  p_message_ids uuid[],
  p_urls text[],
  p_codes text[],
  p_now timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_made integer;
begin
  insert into public.notification_tracking_links (message_id, destination_url, short_code, created_at, expires_at)
  select planned.message_id, planned.url, planned.code, p_now, p_now + setting.link_lifetime
  from unnest(p_message_ids, p_urls, p_codes) as planned (message_id, url, code)
  cross join herald.settings as setting
  on conflict (short_code) do nothing;
  get diagnostics v_made = row_count;

  -- One in billions: somebody else took a code since it was looked up.
  if v_made < cardinality(p_urls) then
    raise exception 'a short code was taken in this very moment'
      using errcode = '54000', hint = 'Try again: other codes will be drawn.';
  end if;
end;
$$;

comment on function herald.keep_links(uuid[], text[], text[], timestamptz) is
'Makes the links of texts, as herald.plan_links has them. Errors: 54000 a code was taken meanwhile.';

revoke execute on function herald.keep_links(uuid[], text[], text[], timestamptz) from public;
grant execute on function herald.keep_links(uuid[], text[], text[], timestamptz) to herald_runner;
