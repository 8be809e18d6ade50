-- Revert pgherald:0016_verification from pg

begin;

drop table herald.verify_requests;
drop table herald.phone_verifications;
drop table herald.verification_turns;
drop table herald.verification_limits;
alter table herald.settings
drop column verification_provider,
drop column verification_words,
drop column verification_lifetime,
drop column verification_tries,
drop column verification_cooldown;
update public.sms_messages set category = null where category = 'verification';
delete from herald.sms_categories where category = 'verification';
alter table herald.sms_categories alter column toggle_column set not null;
comment on column herald.sms_categories.toggle_column is 'The column of user_sms_preferences that switches it.';

commit;
