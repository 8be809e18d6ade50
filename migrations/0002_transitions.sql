-- Deploy pgherald:0002_transitions to pg
-- depends: 0001_foundation
-- transactional: false

begin;

set local lock_timeout = '5s';

-- The three state machines as rows. The guard reads them, the tests count them, the docs draw them; a status change
-- that is not a row here cannot happen, whoever runs the update. '(start)' is the state before the insert.
create table herald.transitions (
  machine text not null,
  from_status text not null,
  to_status text not null,
  cause text not null,
  constraint transitions_pkey primary key (machine, from_status, to_status),
  constraint transitions_machine_is_known check (machine in ('delivery', 'job', 'message')),
  constraint transitions_goes_somewhere check (from_status <> to_status)
);
comment on table herald.transitions is 'Legal status changes. All others are refused with SMS01.';
comment on column herald.transitions.cause is 'What brings the change about, in a few words.';

insert into herald.transitions (machine, from_status, to_status, cause)
values
('delivery', '(start)', 'pending', 'emitted'),
('delivery', 'pending', 'sent', 'handed to the channel'),
('delivery', 'pending', 'failed', 'refused for good'),
('delivery', 'pending', 'bounced', 'rejected by the recipient''s side'),
('delivery', 'pending', 'delivered', 'delivered at once'),
('delivery', 'pending', 'opened', 'opened before we heard of delivery'),
('delivery', 'pending', 'clicked', 'clicked before we heard of delivery'),
('delivery', 'sent', 'delivered', 'confirmed'),
('delivery', 'sent', 'failed', 'failed after it was sent'),
('delivery', 'sent', 'bounced', 'came back'),
('delivery', 'sent', 'opened', 'opened before we heard of delivery'),
('delivery', 'sent', 'clicked', 'clicked before we heard of delivery'),
('delivery', 'delivered', 'opened', 'opened'),
('delivery', 'delivered', 'clicked', 'clicked without being opened here'),
('delivery', 'opened', 'clicked', 'clicked'),
('delivery', 'failed', 'pending', 'redrive'),
('delivery', 'failed', 'sent', 'reconciled: it went after all'),
('delivery', 'failed', 'delivered', 'reconciled: it arrived after all'),
('job', '(start)', 'pending', 'enqueued'),
('job', 'pending', 'processing', 'claimed'),
('job', 'pending', 'cancelled', 'cancelled before it ran'),
('job', 'processing', 'completed', 'done'),
('job', 'processing', 'retrying', 'failed, attempts left'),
('job', 'processing', 'failed', 'failed for good'),
('job', 'processing', 'cancelled', 'cancelled while it ran, or by policy'),
('job', 'processing', 'pending', 'deferred or handed back'),
('job', 'retrying', 'processing', 'claimed again'),
('job', 'retrying', 'pending', 'told to run now'),
('job', 'retrying', 'cancelled', 'cancelled between attempts'),
('job', 'retrying', 'failed', 'given up between attempts'),
('job', 'failed', 'pending', 'redrive'),
('message', '(start)', 'pending', 'written, not planned yet'),
('message', '(start)', 'scheduled', 'written for a time'),
('message', 'pending', 'queued', 'got its job'),
('message', 'pending', 'scheduled', 'given a time'),
('message', 'pending', 'cancelled', 'cancelled, or by policy'),
('message', 'pending', 'failed', 'cannot be sent'),
('message', 'scheduled', 'queued', 'got its job'),
('message', 'scheduled', 'cancelled', 'cancelled, or by policy'),
('message', 'queued', 'sending', 'claimed'),
('message', 'queued', 'scheduled', 'deferred'),
('message', 'queued', 'cancelled', 'cancelled, or by policy'),
('message', 'queued', 'failed', 'cannot be sent'),
('message', 'sending', 'sent', 'accepted by the provider'),
('message', 'sending', 'queued', 'proven not accepted'),
('message', 'sending', 'failed', 'refused for good'),
('message', 'sending', 'delivered', 'a callback was faster than the answer'),
('message', 'sending', 'undelivered', 'a callback was faster than the answer'),
('message', 'sent', 'delivered', 'confirmed'),
('message', 'sent', 'undelivered', 'not delivered by the carrier'),
('message', 'sent', 'failed', 'failed at the provider'),
('message', 'failed', 'queued', 'redrive'),
('message', 'failed', 'sent', 'reconciled: it went after all'),
('message', 'failed', 'delivered', 'reconciled: it arrived after all'),
('message', 'undelivered', 'queued', 'redrive'),
('message', 'undelivered', 'delivered', 'reconciled: it arrived after all');

revoke all on herald.transitions from public;
grant select on herald.transitions to herald_runner;

commit;
