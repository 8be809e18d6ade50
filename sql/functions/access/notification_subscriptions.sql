-- A signed-in user subscribes for themselves, and switches their subscriptions on and off.
drop policy if exists "users read their own subscriptions" on public.notification_subscriptions;
create policy "users read their own subscriptions" on public.notification_subscriptions
for select to herald_client
using (user_id = (select herald.current_user_id()));

drop policy if exists "users subscribe themselves" on public.notification_subscriptions;
create policy "users subscribe themselves" on public.notification_subscriptions
for insert to herald_client
with check (user_id = (select herald.current_user_id()));

drop policy if exists "users change their own subscriptions" on public.notification_subscriptions;
create policy "users change their own subscriptions" on public.notification_subscriptions
for update to herald_client
using (user_id = (select herald.current_user_id()))
with check (user_id = (select herald.current_user_id()));
