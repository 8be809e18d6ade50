-- Deploy pgherald:0024_accounts to pg
-- depends: 0017_reconciliation
-- transactional: false

-- The index holds only reports that have found no text, and those are few.
-- squawk-ignore-file require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

-- Two accounts at the provider can send by one database: what one of them knows says nothing about the other's texts.
alter table herald.senders add column account text;
alter table herald.sms_attempts add column account text;
comment on column herald.senders.account is
'The account at the provider that the sender belongs to, as its runner has said; null if none has.';
comment on column herald.sms_attempts.account is 'The account that made the request; null if it is not known.';

-- A text that went twice is known by a report about an attempt that was taken for not sent.
create index sms_status_log_stray_idx on herald.sms_status_log (attempt_id)
where message_id is null and attempt_id is not null;

commit;
