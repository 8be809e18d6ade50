-- Verify pgherald:0008_event_types on pg

begin;

select event_type, domain, title, is_admin_only, subscribes_new_users, sms_category, sms_template_key, default_expiry
from herald.event_types where false;
select user_id from herald.admins where false;
select user_id, event_type from herald.automatic_subscriptions where false;
select 1 / count(*) from herald.event_types where subscribes_new_users;
select count(*) from herald.admin_user_ids();
select herald.user_contacts('{}');

rollback;
