-- A signed-in user sees the short links of the texts and notifications that they can see.
drop policy if exists "users see their own links" on public.notification_tracking_links;
create policy "users see their own links" on public.notification_tracking_links
for select to herald_client
using (
  exists (
    select
    from public.notification_deliveries as delivery
    where
      delivery.id = notification_tracking_links.delivery_id
      and delivery.recipient_user_id = (select herald.current_user_id())
  )
  or exists (
    select
    from public.sms_messages as message
    where
      message.id = notification_tracking_links.message_id
      and message.user_id = (select herald.current_user_id())
  )
);
