-- Texts that come back, certainly not sent, after their user has confirmed another number go to that one, like those
-- that waited meanwhile. Each had its user's own verified number when it was admitted. Codes go where they were asked
-- for.
create or replace function herald.follow_number(p_message_ids uuid[])
returns void
language sql
volatile
set search_path = pg_catalog, pg_temp
set enable_seqscan = 'off'
as $$
  update public.sms_messages as message
  set phone_number = wishes.phone_number
  from public.user_sms_preferences as wishes
  where message.id = any (p_message_ids)
    -- As text: the index of what waits would be read whole for a few of it.
    and message.status::text = 'queued'
    and message.category is distinct from 'verification'
    and wishes.user_id = message.user_id
    and wishes.phone_verified
    and wishes.phone_number <> message.phone_number
    -- As a value: a condition may be answered by a list of all numbers that were ever confirmed.
    and (
      select true
      from herald.phone_verifications as proof
      where proof.user_id = wishes.user_id
        and proof.phone_number = wishes.phone_number
        and proof.outcome = 'verified'
      limit 1
    );
$$;

comment on function herald.follow_number(uuid[]) is
'Readdresses texts that were being sent to the number that their user has confirmed meanwhile.';

revoke execute on function herald.follow_number(uuid[]) from public;
grant execute on function herald.follow_number(uuid[]) to herald_runner;
