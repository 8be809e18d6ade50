-- A signed-in user has one row about their number and their switches. What proves, counts or forbids in it is not
-- theirs: they have no right on those columns, and a deleted row would come back without them.
drop policy if exists "users read their own preferences" on public.user_sms_preferences;
create policy "users read their own preferences" on public.user_sms_preferences
for select to herald_client
using (user_id = (select herald.current_user_id()));

drop policy if exists "users make their own preferences" on public.user_sms_preferences;
create policy "users make their own preferences" on public.user_sms_preferences
for insert to herald_client
with check (user_id = (select herald.current_user_id()));

drop policy if exists "users change their own preferences" on public.user_sms_preferences;
create policy "users change their own preferences" on public.user_sms_preferences
for update to herald_client
using (user_id = (select herald.current_user_id()))
with check (user_id = (select herald.current_user_id()));
