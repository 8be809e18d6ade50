-- A signed-in user reads their own texts, but for those with a code in them: whoever could read a code here would prove
-- that any number is theirs.
drop policy if exists "users read their own texts" on public.sms_messages;
create policy "users read their own texts" on public.sms_messages
for select to herald_client
using (
  user_id = (select herald.current_user_id())
  and category is distinct from 'verification'
);
