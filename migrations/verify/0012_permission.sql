-- Verify pgherald:0012_permission on pg

begin;

select least_validity, default_daily_limit from herald.settings where false;
select marketing_enabled, hourly_sms_limit from public.user_sms_preferences where false;
select deferred_from, deferred_until, defer_reason, counted_at from public.sms_messages where false;
select valid_until from herald.sms_attempts where false;
select 1 / count(*) from herald.sms_categories where category = 'marketing';
select phone_prefix, category, opens, closes, timezone, is_active, source from herald.legal_windows where false;

rollback;
