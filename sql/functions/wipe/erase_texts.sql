-- Takes words, numbers or both out of texts that are over, and out of what belongs to them. What waits or is being sent
-- keeps both: it may still be sent, or be found by them. When, what it cost, and what became of it stays.
create or replace function herald.erase_texts(
  p_message_ids uuid[],
  p_words boolean,
  p_numbers boolean,
  p_now timestamptz
)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_erased uuid[];
begin
  with erased as (
    update public.sms_messages
    set
      message_content = case when p_words then '(erased)' else message_content end,
      template_vars = case when not p_words then template_vars end,
      metadata = case when p_words then '{}' else metadata end,
      idempotency_key = case when not p_words then idempotency_key end,
      request_digest = case when not p_words then request_digest end,
      recurrence_timezone = case when not p_words then recurrence_timezone end,
      cancel_reason = case when p_words then herald.erased_reason(cancel_reason) else cancel_reason end,
      defer_reason = case when p_words then herald.erased_reason(defer_reason) else defer_reason end,
      words_erased_at = case when p_words then coalesce(words_erased_at, p_now) else words_erased_at end,
      phone_number = case when p_numbers then '(erased)' else phone_number end,
      twilio_error_message = case when not p_numbers then twilio_error_message end,
      number_erased_at = case when p_numbers then coalesce(number_erased_at, p_now) else number_erased_at end
    where id = any (p_message_ids)
      and status not in ('pending', 'scheduled', 'queued', 'sending')
    returning id
  )
  select array_agg(id)
  into v_erased
  from erased;

  if p_numbers then
    update herald.sms_attempts
    set error_message = null
    where message_id = any (v_erased) and error_message is not null;
  end if;
  return coalesce(cardinality(v_erased), 0);
end;
$$;

comment on function herald.erase_texts(uuid[], boolean, boolean, timestamptz) is
'Erases words, numbers or both of those of these texts that are over; returns how many.';

revoke execute on function herald.erase_texts(uuid[], boolean, boolean, timestamptz) from public;
grant execute on function herald.erase_texts(uuid[], boolean, boolean, timestamptz) to herald_runner;
