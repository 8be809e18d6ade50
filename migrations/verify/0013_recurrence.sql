-- Verify pgherald:0013_recurrence on pg

begin;

select recurrence_timezone, recurrence_start, recurrence_last, occurrence, routine from public.sms_messages where false;
select 1 / (count(*) / 4) from herald.sms_routines;
select 'herald.routine_words(text, uuid[], timestamptz)'::regprocedure;

rollback;
