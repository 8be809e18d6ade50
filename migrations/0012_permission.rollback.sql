-- Revert pgherald:0012_permission from pg

begin;

drop table herald.legal_windows;
alter table herald.sms_attempts drop column valid_until;
alter table public.sms_messages
drop column deferred_from,
drop column deferred_until,
drop column defer_reason,
drop column counted_at;
update public.sms_messages set category = null where category = 'marketing';
delete from herald.sms_categories where category = 'marketing';
alter table public.user_sms_preferences
drop column marketing_enabled,
drop column hourly_sms_limit;
comment on column public.user_sms_preferences.daily_sms_limit is 'Texts per local day of the user; 0 means none.';
comment on column public.user_sms_preferences.quiet_hours_start is null;
comment on column public.user_sms_preferences.daily_sms_count is null;
alter table herald.settings
drop column least_validity,
drop column default_daily_limit;

commit;
