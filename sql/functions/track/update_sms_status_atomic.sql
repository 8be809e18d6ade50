-- The field's call for the same: a worker's or an endpoint's word on where a text is.
create or replace function public.update_sms_status_atomic(
  p_message_id uuid,
  p_twilio_sid text,
  p_twilio_status text,
  p_mapped_status text,
  p_error_code integer default null,
  p_error_message text default null
)
returns table (
  notification_delivery_id uuid,
  user_id uuid,
  sent_at timestamptz,
  delivered_at timestamptz,
  attempt_count integer,
  max_attempts integer,
  priority text,
  updated_sms boolean,
  updated_delivery boolean
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_message_id uuid;
  v_delivery_status text;
  v_moved boolean := false;
begin
  if char_length(p_twilio_sid) > 64 or char_length(p_twilio_status) > 64 then
    raise exception 'p_twilio_sid or p_twilio_status has more than 64 characters'
      using errcode = '22023', hint = 'Pass on what the provider says.';
  end if;

  -- A SID that belongs to another text, or another SID than the text has, is not about this text; one that an attempt
  -- had before the text was sent again is not about what it is now.
  select id
  into v_message_id
  from public.sms_messages
  where id = p_message_id
    and (twilio_sid is null or p_twilio_sid is null or twilio_sid = p_twilio_sid)
    and not exists (
      select from public.sms_messages as other where other.twilio_sid = p_twilio_sid and other.id <> p_message_id
    )
    and (
      twilio_sid = p_twilio_sid
      or not exists (select from herald.sms_attempts as earlier where earlier.twilio_sid = p_twilio_sid)
    );

  perform herald.lock_text(v_message_id);

  if p_twilio_sid <> '' and p_twilio_status <> '' then
    insert into herald.sms_status_log as log (
      twilio_sid, twilio_status, error_code, message_id, first_received_at, last_received_at
    )
    values (p_twilio_sid, p_twilio_status, p_error_code, v_message_id, now(), now())
    on conflict (twilio_sid, twilio_status, error_code) do update
    set
      last_received_at = now(),
      times_received = log.times_received + 1,
      message_id = coalesce(log.message_id, excluded.message_id);
  end if;

  if v_message_id is not null then
    select delivery.status
    into v_delivery_status
    from public.sms_messages as message
    inner join public.notification_deliveries as delivery on delivery.id = message.notification_delivery_id
    where message.id = v_message_id;

    v_moved := herald.apply_sms_report(
      v_message_id, nullif(p_twilio_sid, ''), p_twilio_status,
      case
        when p_mapped_status = any (enum_range(null::public.sms_status)::text[]) then p_mapped_status
        else herald.map_twilio_status(p_twilio_status)
      end,
      p_error_code, p_error_message, now()
    );
  end if;

  return query
  select
    message.notification_delivery_id, message.user_id, message.sent_at, message.delivered_at, message.attempt_count,
    message.max_attempts, message.priority::text, v_moved, coalesce(delivery.status <> v_delivery_status, false)
  from (select v_message_id as id) as asked
  left join public.sms_messages as message on message.id = asked.id
  left join public.notification_deliveries as delivery on delivery.id = message.notification_delivery_id;
end;
$$;

comment on function public.update_sms_status_atomic(uuid, text, text, text, integer, text) is
$$Records what the provider says of a text and moves it, and its delivery, forward if that is news.

Always exactly one row, all null and both flags false where nothing matched.

p_twilio_status: the provider's word.
p_mapped_status: one of sms_status; an unknown word goes by p_twilio_status, and if that is unknown too nothing moves.

Errors: 22023 SID or status too long.

Example: {"p_message_id": "20000000-0000-4000-8000-000000000006", "p_twilio_sid": "SM6666",
"p_twilio_status": "delivered", "p_mapped_status": "delivered"}$$;

revoke execute on function public.update_sms_status_atomic(uuid, text, text, text, integer, text) from public;
grant execute on function public.update_sms_status_atomic(uuid, text, text, text, integer, text) to herald_runner;
