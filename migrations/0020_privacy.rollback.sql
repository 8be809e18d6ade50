-- Revert pgherald:0020_privacy from pg

begin;

revoke delete on herald.notification_digests, herald.notification_turns from herald_runner;
drop table herald.deleted_event_users;
drop table herald.erasure_rows;
drop table herald.erasures;
alter table public.notification_tracking_links drop column erased_at;
alter table public.notification_deliveries drop column erased_at;
alter table public.sms_messages
drop constraint sms_messages_erased_is_over,
drop constraint sms_messages_phone_is_e164,
add constraint sms_messages_phone_is_e164 check (phone_number ~ '^\+[1-9][0-9]{6,14}$') not valid,
drop column number_erased_at,
drop column words_erased_at;
drop table herald.retention;

-- The placeholder of an erased number was not allowed before, and there is no number to put in its place.
do $$
begin
  if not exists (select from public.sms_messages where phone_number = '(erased)') then
    alter table public.sms_messages validate constraint sms_messages_phone_is_e164;
  end if;
end;
$$;

commit;
