-- Revert pgherald:0013_recurrence from pg

begin;

drop type herald.wanted_routine;
drop type herald.due_occurrence;
alter table public.sms_messages
drop column recurrence_timezone,
drop column recurrence_start,
drop column recurrence_last,
drop column occurrence,
drop column routine;
drop index public.sms_messages_series_idx;
comment on column public.sms_messages.recurrence_pattern is null;
comment on column public.sms_messages.recurrence_ends is null;
drop function herald.routine_words(text, uuid[], timestamptz);
drop table herald.sms_routines;

commit;
