-- Revert pgherald:0005_texts from pg

begin;

drop table public.sms_messages;
drop table public.user_sms_preferences;
drop table herald.sms_template_uses;
drop table public.sms_templates;
drop table herald.sms_categories;
drop type public.sms_priority;
drop type public.sms_status;

commit;
