-- A signed-in user says how they want to hear of an event. No row would mean no to everything, so none is deleted.
drop policy if exists "users read their own wishes" on public.user_notification_preferences;
create policy "users read their own wishes" on public.user_notification_preferences
for select to herald_client
using (user_id = (select herald.current_user_id()));

drop policy if exists "users state their own wishes" on public.user_notification_preferences;
create policy "users state their own wishes" on public.user_notification_preferences
for insert to herald_client
with check (user_id = (select herald.current_user_id()));

drop policy if exists "users change their own wishes" on public.user_notification_preferences;
create policy "users change their own wishes" on public.user_notification_preferences
for update to herald_client
using (user_id = (select herald.current_user_id()))
with check (user_id = (select herald.current_user_id()));
