-- Somebody follows a short link: counted, and told where to go. Machines are told, too, but theirs are no clicks:
-- messengers fetch a preview and carriers look for viruses within moments, or say who they are.
--
-- The delivery is written before its link, as everywhere, since deleting a delivery goes the same way. Each is one
-- update of the row as it is by then, so of two clicks at once neither is lost.
create or replace function public.record_link_click(
  p_short_code text,
  p_user_agent text default null,
  p_method text default 'GET',
  p_now timestamptz default now()
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_link record;
begin
  p_now := coalesce(p_now, now());
  select
    link.id, link.delivery_id, link.destination_url,
    upper(p_method) is distinct from 'GET'
    or herald.is_blank(coalesce(p_user_agent, ''))
    or p_now < coalesce(delivery.sent_at, message.sent_at, link.created_at) + setting.link_bot_window
    or exists (
      select from herald.link_bots as bot where strpos(lower(p_user_agent), lower(bot.pattern)) > 0
    ) as is_bot
  into v_link
  from public.notification_tracking_links as link
  cross join herald.settings as setting
  left join public.notification_deliveries as delivery on delivery.id = link.delivery_id
  left join public.sms_messages as message on message.id = link.message_id
  where link.short_code = p_short_code
    and (link.expires_at is null or link.expires_at > p_now);

  if not found then
    return null;
  end if;

  if v_link.is_bot then
    update public.notification_tracking_links
    set bot_click_count = bot_click_count + 1
    where id = v_link.id;
    return v_link.destination_url;
  end if;

  -- A list and not a join: a status that another changes meanwhile is looked up again.
  update public.notification_deliveries
  set
    status = 'clicked',
    clicked_at = coalesce(clicked_at, p_now),
    -- Nobody reported it, and so it must have been.
    inferred = inferred
      || case when delivered_at is null then array['delivered_at'] else '{}' end
      || case when opened_at is null then array['opened_at'] else '{}' end,
    delivered_at = coalesce(delivered_at, p_now),
    opened_at = coalesce(opened_at, p_now)
  where id = v_link.delivery_id
    and status = any (
      array(select from_status from herald.transitions where machine = 'delivery' and to_status = 'clicked')
    );

  update public.notification_tracking_links
  set
    click_count = coalesce(click_count, 0) + 1,
    first_clicked_at = least(first_clicked_at, p_now),
    last_clicked_at = greatest(last_clicked_at, p_now)
  where id = v_link.id;
  return v_link.destination_url;
end;
$$;

comment on function public.record_link_click(text, text, text, timestamptz) is
$$Counts a visit to a short link and gives the address it leads to; null if the code is unknown or expired.

Machines count in bot_click_count only: what sends no user agent, any method but GET, what herald.link_bots knows, and a
visit within settings.link_bot_window after the link was sent. A person's click makes the delivery clicked where its
status allows that; that it was delivered and opened, if nobody said so, is inferred from it.

p_user_agent: who visits, as the request's header says.
p_method: of the request.

Example: {"p_short_code": "aB3dE6", "p_user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0"}$$;

revoke execute on function public.record_link_click(text, text, text, timestamptz) from public;
grant execute on function public.record_link_click(text, text, text, timestamptz) to herald_runner;
