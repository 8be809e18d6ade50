-- A signed-in user reads the events that they were told of, and no others: most are somebody else's. What has been told
-- is what the policy of deliveries lets them see, which holds in here as well.
drop policy if exists "users read the events that reached them" on public.notification_events;
create policy "users read the events that reached them" on public.notification_events
for select to herald_client
using (
  exists (
    select
    from public.notification_deliveries as delivery
    where
      delivery.event_id = notification_events.id
      and delivery.recipient_user_id = (select herald.current_user_id())
  )
);
