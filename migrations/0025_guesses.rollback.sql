-- Revert pgherald:0025_guesses from pg

begin;

delete from herald.verify_requests where asked_in is not null;
alter table herald.verify_requests drop column asked_in;
comment on table herald.verify_requests is 'Requests to Twilio Verify, for a runner to make.';

commit;
