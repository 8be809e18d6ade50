-- Verify pgherald:0005_texts on pg

begin;

select template_key, message_template, required_vars, max_length from public.sms_templates where false;
select user_id, phone_number, phone_verified, opted_out, timezone from public.user_sms_preferences where false;
select
  id, user_id, phone_number, message_content, status, priority, scheduled_for, queue_job_id, expires_at,
  idempotency_key, recurrence_pattern, parent_message_id
from public.sms_messages where false;
select 1 / count(*) from herald.sms_categories;
select template_id, used_at from herald.sms_template_uses where false;

rollback;
