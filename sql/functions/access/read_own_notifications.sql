-- A signed-in user reads the table itself, so that Supabase Realtime can follow it; only their own rows, and no sooner
-- than they are due.
drop policy if exists "users read their own notifications" on public.notification_deliveries;
create policy "users read their own notifications" on public.notification_deliveries
for select to herald_client
using (
  recipient_user_id = (select herald.current_user_id())
  and status <> 'pending'
);
