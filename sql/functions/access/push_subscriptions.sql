-- A signed-in user registers and renews their own devices, and switches them off.
drop policy if exists "users see their own devices" on public.push_subscriptions;
create policy "users see their own devices" on public.push_subscriptions
for select to herald_client
using (user_id = (select herald.current_user_id()));

drop policy if exists "users register their own devices" on public.push_subscriptions;
create policy "users register their own devices" on public.push_subscriptions
for insert to herald_client
with check (user_id = (select herald.current_user_id()));

drop policy if exists "users change their own devices" on public.push_subscriptions;
create policy "users change their own devices" on public.push_subscriptions
for update to herald_client
using (user_id = (select herald.current_user_id()))
with check (user_id = (select herald.current_user_id()));
