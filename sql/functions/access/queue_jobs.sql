-- A signed-in user sees how far what is done for them has come. Tokens, results and metadata are for runners.
drop policy if exists "users see their own jobs" on public.queue_jobs;
create policy "users see their own jobs" on public.queue_jobs
for select to herald_client
using (user_id = (select herald.current_user_id()));
