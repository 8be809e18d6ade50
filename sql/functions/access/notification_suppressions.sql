-- A signed-in user sees what they were not told, and which of their wishes or which limit was the reason.
drop policy if exists "users see what they were not told" on public.notification_suppressions;
create policy "users see what they were not told" on public.notification_suppressions
for select to herald_client
using (recipient_user_id = (select herald.current_user_id()));
