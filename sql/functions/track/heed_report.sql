-- What a report means beyond its text: a number that nothing reaches is suppressed, and a sender that the carriers do
-- not take rests. A text that is delivered speaks for its number.
create or replace function herald.heed_report(
  p_phone_number text,
  p_sender text,
  p_status text,
  p_error_code integer,
  p_now timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code herald.report_codes;
  v_failures integer;
begin
  -- Erased meanwhile: the report says nothing of anybody any more, but still of the sender.
  if p_phone_number = '(erased)' then
    p_phone_number := null;
  end if;
  if p_status = 'delivered' then
    delete from herald.failing_numbers where number_hash = herald.number_hash(p_phone_number);
    return;
  end if;

  select * into v_code from herald.report_codes where error_code = p_error_code;
  if v_code.suppress_after is not null and p_phone_number is not null then
    insert into herald.failing_numbers as known (number_hash, failures, last_failed_at)
    values (herald.number_hash(p_phone_number), 1, p_now)
    on conflict (number_hash) do update
    set failures = known.failures + 1, last_failed_at = p_now
    returning failures into v_failures;

    if v_failures >= v_code.suppress_after then
      perform herald.suppress_number(
        p_phone_number, format('%s: %s', v_code.error_code, v_code.meaning),
        case when v_code.is_opt_out then 'provider' else 'undeliverable' end, p_now
      );
    end if;
  end if;

  if v_code.sender_pause is not null and p_sender is not null then
    insert into herald.senders as known (sender, paused_until, pause_reason)
    values (
      p_sender, p_now + v_code.sender_pause, format('reported: %s: %s', v_code.error_code, v_code.meaning)
    )
    on conflict (sender) do update
    set paused_until = excluded.paused_until, pause_reason = excluded.pause_reason
    where known.paused_until is null or known.paused_until < excluded.paused_until;
  end if;
end;
$$;

comment on function herald.heed_report(text, text, text, integer, timestamptz) is
'Does what herald.report_codes says of a report about a text to this number: delivered, failed or undelivered.';

revoke execute on function herald.heed_report(text, text, text, integer, timestamptz) from public;
grant execute on function herald.heed_report(text, text, text, integer, timestamptz) to herald_runner;
