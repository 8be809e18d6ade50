-- Deploy pgherald:0025_guesses to pg
-- depends: 0016_verification
-- transactional: false

begin;

set local lock_timeout = '5s';

-- A guess is answered only once it is on record: who can roll back what they ask would guess for nothing.
alter table herald.verify_requests add column asked_in xid8;
comment on column herald.verify_requests.asked_in is
'The transaction that wrote down a client''s guess at a code of ours; null for requests to Twilio Verify.';
comment on table herald.verify_requests is
'Requests to Twilio Verify, for a runner to make; and guesses of clients at codes of ours, which no runner sees.';

commit;
