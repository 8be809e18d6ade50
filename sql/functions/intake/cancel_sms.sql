-- Stops a text that has not left yet.
create or replace function public.cancel_sms(p_message_id uuid, p_reason text default 'cancelled by request')
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
begin
  if herald.needs_client_call() then
    return herald.call_as_client(
      'cancel_sms', jsonb_build_object('message_id', p_message_id, 'reason', p_reason)
    )::boolean;
  end if;
  return exists (select from herald.cancel_texts(array[p_message_id], p_reason, now()));
end;
$$;

comment on function public.cancel_sms(uuid, text) is
$$Cancels a text that has not been handed to the provider; true if it was cancelled.

False if it is being sent, has been sent or has ended, or if there is no such text. A signed-in user cancels their own;
anybody else's is no such text.

p_reason: kept as the text's cancel_reason.

Example: {"p_message_id": "20000000-0000-4000-8000-000000000001", "p_reason": "the appointment was moved"}$$;

revoke execute on function public.cancel_sms(uuid, text) from public;
grant execute on function public.cancel_sms(uuid, text) to herald_runner, herald_client;
