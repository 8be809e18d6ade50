-- A signed-in user reads the table itself, so that Supabase Realtime can follow it; only their own rows, no sooner than
-- they are due, and not what was kept from them, such as what is for administrators when they are none any more. The
-- one thing they change is that they have seen what the application showed them.
drop policy if exists "users read their own notifications" on public.notification_deliveries;
create policy "users read their own notifications" on public.notification_deliveries
for select to herald_client
using (
  recipient_user_id = (select herald.current_user_id())
  and status <> 'pending'
  and suppressed_reason is null
);

drop policy if exists "users open their own notifications" on public.notification_deliveries;
create policy "users open their own notifications" on public.notification_deliveries
for update to herald_client
using (
  recipient_user_id = (select herald.current_user_id())
  and channel = 'in_app'
  and status = 'delivered'
)
with check (
  recipient_user_id = (select herald.current_user_id())
  and status = 'opened'
);
