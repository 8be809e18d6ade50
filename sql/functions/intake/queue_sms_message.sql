-- A wish for one text comes in: what many of them at once go through, by itself.
create or replace function public.queue_sms_message(
  p_user_id uuid,
  p_phone_number text,
  p_message text,
  p_priority public.sms_priority default 'normal',
  p_scheduled_for timestamptz default null,
  p_metadata jsonb default '{}',
  p_template_key text default null,
  p_template_vars jsonb default null,
  p_category text default null,
  p_expires_at timestamptz default null,
  p_idempotency_key text default null,
  p_project_id uuid default null,
  p_task_id uuid default null,
  p_max_attempts integer default 3,
  p_correlation_id uuid default null,
  p_recurrence_pattern text default null,
  p_recurrence_ends timestamptz default null,
  p_recurrence_timezone text default null
)
returns uuid
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text public.sms_messages;
begin
  v_text.user_id := p_user_id;
  v_text.phone_number := p_phone_number;
  v_text.message_content := p_message;
  v_text.priority := p_priority;
  v_text.scheduled_for := p_scheduled_for;
  v_text.metadata := p_metadata;
  v_text.template_vars := p_template_vars;
  v_text.category := p_category;
  v_text.expires_at := p_expires_at;
  v_text.idempotency_key := p_idempotency_key;
  v_text.project_id := p_project_id;
  v_text.task_id := p_task_id;
  v_text.max_attempts := p_max_attempts;
  v_text.correlation_id := p_correlation_id;
  v_text.recurrence_pattern := p_recurrence_pattern;
  v_text.recurrence_ends := p_recurrence_ends;
  v_text.recurrence_timezone := p_recurrence_timezone;
  return (herald.write_texts(array[v_text], array[p_template_key], now()))[1];
end;
$$;

comment on function public.queue_sms_message(
  uuid, text, text, public.sms_priority, timestamptz, jsonb, text, jsonb, text, timestamptz, text, uuid, uuid, integer,
  uuid, text, timestamptz, text
) is
$$Queues a text, now or for a time, and returns its id. Part of the caller's transaction.

Addresses become short links if settings.link_base_url is set, but for series; the limit is on what comes of that. A
text that may not go (opted out, unverified, suppressed, expired) is recorded as cancelled with its reason.

p_phone_number: E.164; null takes the user's own.
p_message: 1 to 1,600 characters; null with p_template_key and p_template_vars.
p_priority: urgent goes in quiet hours too.
p_scheduled_for: not before this instant; null means at once.
p_metadata: anything, kept with the text.
p_category: one of herald.sms_categories; null for a transactional text.
p_expires_at: not after this instant; null takes the category's default.
p_idempotency_key: the same key with the same request returns the first text.
p_recurrence_pattern: a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO,WE, which begins at p_scheduled_for; then the id
  is
  that of the series, and p_expires_at, as far from p_scheduled_for, holds for each occurrence.
p_recurrence_ends: null means never, unless the rule says so.
p_recurrence_timezone: on whose clock it recurs; null means the user's.

Errors: 22023 and 22004 an argument that makes no sense; 23503 unknown user, template or category; SMS03 the key was
used for another request; SMS04 template values missing.

Example: {"p_user_id": "10000000-0000-4000-8000-000000000001", "p_phone_number": null,
"p_message": "See you at nine.", "p_scheduled_for": "2035-03-01T08:30:00+01:00", "p_idempotency_key": "booking-4711"}$$;

revoke execute on function public.queue_sms_message(
  uuid, text, text, public.sms_priority, timestamptz, jsonb, text, jsonb, text, timestamptz, text, uuid, uuid, integer,
  uuid, text, timestamptz, text
) from public;
grant execute on function public.queue_sms_message(
  uuid, text, text, public.sms_priority, timestamptz, jsonb, text, jsonb, text, timestamptz, text, uuid, uuid, integer,
  uuid, text, timestamptz, text
) to herald_runner;
