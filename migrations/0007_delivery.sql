-- Deploy pgherald:0007_delivery to pg
-- depends: 0005_texts
-- transactional: false

begin;

set local lock_timeout = '5s';

-- What the provider's answer to a request means. Rows, so that a team can judge a code otherwise than we do.
create table herald.provider_codes (
  error_code integer not null,
  outcome text not null,
  meaning text not null,
  constraint provider_codes_pkey primary key (error_code),
  constraint provider_codes_outcome_is_known check (
    outcome in ('unknown', 'throttled', 'config', 'sender', 'opted_out', 'permanent')
  )
);
comment on table herald.provider_codes is
'Twilio''s error codes in the answer to a request, each with what follows. A code that is not here goes by its HTTP '
'status: 5xx and 408 unknown, 429 throttled, 401 and 403 config, other 4xx permanent.';
comment on column herald.provider_codes.outcome is
'unknown: may have been accepted, held · throttled: later, without a lost attempt · config, sender: handed back, the '
'sender rests until somebody mends it · opted_out: cancelled, the number suppressed · permanent: failed.';

insert into herald.provider_codes (error_code, outcome, meaning)
values
(10001, 'config', 'the account is not active'),
(20003, 'config', 'wrong credentials, or the account is suspended'),
(20005, 'config', 'the account is not active'),
(20006, 'config', 'access denied'),
(20008, 'config', 'test credentials cannot do this'),
(20403, 'config', 'forbidden'),
(20404, 'config', 'no such resource: account SID or base URL is wrong'),
(20429, 'throttled', 'too many requests at once'),
(20500, 'unknown', 'internal error after which the text may still go'),
(20503, 'unknown', 'unavailable, which does not say that nothing was taken'),
(21211, 'permanent', 'not a valid number'),
(21212, 'sender', 'the sender is not valid'),
(21214, 'permanent', 'the number cannot be reached'),
(21217, 'permanent', 'not a valid number'),
(21219, 'permanent', 'a trial account may not text this number'),
(21265, 'permanent', 'the number is a short code'),
(21266, 'permanent', 'sender and recipient are the same'),
(21268, 'permanent', 'a premium number'),
(21408, 'permanent', 'the account may not text this region'),
(21601, 'sender', 'the sender cannot send texts'),
(21602, 'permanent', 'no body'),
(21603, 'sender', 'no sender'),
(21604, 'permanent', 'no recipient'),
(21605, 'permanent', 'the body is too long'),
(21606, 'sender', 'the sender is not ours'),
(21607, 'sender', 'a trial account must use its own number'),
(21608, 'permanent', 'a trial account may not text this number'),
(21609, 'config', 'the callback address is not valid'),
(21610, 'opted_out', 'the recipient has answered STOP'),
(21611, 'throttled', 'the sender has hours of texts waiting'),
(21612, 'permanent', 'no route from the sender to the number'),
(21614, 'permanent', 'not a mobile number'),
(21616, 'sender', 'the sender matches several numbers'),
(21617, 'permanent', 'the body is too long'),
(21618, 'permanent', 'the carriers filter this content'),
(21619, 'permanent', 'no body'),
(21624, 'config', 'the validity period is not valid'),
(21635, 'permanent', 'a landline'),
(21659, 'sender', 'the sender is not a number of the provider'),
(21660, 'sender', 'the sender belongs to another account'),
(21661, 'sender', 'the sender cannot send texts'),
(21701, 'sender', 'no such Messaging Service'),
(21703, 'sender', 'the Messaging Service has no usable sender'),
(21704, 'sender', 'the Messaging Service has no senders'),
(21705, 'sender', 'not a valid Messaging Service'),
(30610, 'throttled', 'the provider keeps quiet hours for this recipient'),
(30640, 'permanent', 'the provider blocks this recipient'),
(63017, 'throttled', 'the account sends too fast'),
(63038, 'throttled', 'the daily limit of the account is reached'),
(90007, 'config', 'the validity period is not valid');

-- A sender is a number or a Messaging Service. The pace and the pauses are shared by all runners that use it.
create table herald.senders (
  sender text not null,
  rate_per_second numeric,
  next_slot_at timestamptz not null default '-infinity',
  paused_until timestamptz,
  pause_reason text,
  constraint senders_pkey primary key (sender),
  constraint senders_rate_is_positive check (rate_per_second > 0)
);
comment on table herald.senders is 'From whom texts go: pace and pauses, shared by all runners.';
comment on column herald.senders.rate_per_second is 'Texts handed out in a second; null for no pacing.';
comment on column herald.senders.paused_until is 'No text is claimed for the sender before; pause_reason says why.';

-- An attempt is at most one request to the provider, ever. It is written before the request is made.
create table herald.sms_attempts (
  id uuid not null default gen_random_uuid(),
  message_id uuid not null,
  job_id uuid,
  attempt integer not null,
  sender text,
  runner text,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome text,
  http_status integer,
  error_code integer,
  error_message text,
  twilio_sid text,
  constraint sms_attempts_pkey primary key (id),
  constraint sms_attempts_message_id_fkey
  foreign key (message_id) references public.sms_messages (id) on delete cascade,
  constraint sms_attempts_outcome_is_known check (
    outcome in (
      'accepted', 'unknown', 'not_sent', 'throttled', 'config', 'sender', 'opted_out', 'permanent', 'handed_back'
    )
  ),
  constraint sms_attempts_ends_with_an_outcome check (outcome = 'unknown' or (finished_at is null) = (outcome is null))
);
create index sms_attempts_message_id_idx on herald.sms_attempts (message_id);
create index sms_attempts_open_idx on herald.sms_attempts (runner) where outcome is null;
create index sms_attempts_twilio_sid_idx on herald.sms_attempts (twilio_sid) where twilio_sid is not null;

comment on table herald.sms_attempts is 'Each attempt to send a text. The id travels in the callback address.';
comment on column herald.sms_attempts.runner is 'Which process claimed it: a name that no other process ever has.';
comment on column herald.sms_attempts.outcome is
'Null while it runs. unknown: nothing proves that the provider took it, or that it did not.';

-- Every status the provider ever told us, also for a text that we cannot place (yet).
create table herald.sms_status_log (
  id bigint generated always as identity,
  twilio_sid text not null,
  twilio_status text not null,
  error_code integer,
  message_id uuid,
  attempt_id uuid,
  parameters jsonb not null default '{}',
  first_received_at timestamptz not null,
  last_received_at timestamptz not null,
  times_received integer not null default 1,
  constraint sms_status_log_pkey primary key (id),
  constraint sms_status_log_keeps_each_status_once
  unique nulls not distinct (twilio_sid, twilio_status, error_code),
  constraint sms_status_log_message_id_fkey
  foreign key (message_id) references public.sms_messages (id) on delete cascade
);
create index sms_status_log_message_id_idx on herald.sms_status_log (message_id) where message_id is not null;

comment on table herald.sms_status_log is 'What the provider reported: one row for each SID, status and error code.';
comment on column herald.sms_status_log.parameters is 'The other fields of the report, without numbers and words.';

-- Keyed by a hash of the number, so that a refusal outlives the user, the number's erasure, and a new import.
create table herald.suppressed_numbers (
  number_hash bytea not null,
  phone_number text,
  reason text not null,
  source text not null,
  suppressed_at timestamptz not null,
  constraint suppressed_numbers_pkey primary key (number_hash),
  constraint suppressed_numbers_hash_is_sha256 check (octet_length(number_hash) = 32)
);
comment on table herald.suppressed_numbers is 'Numbers that must not be texted, whoever they belong to now.';
comment on column herald.suppressed_numbers.phone_number is 'For display; null once erased. The hash is what counts.';

-- A row of herald.settle_sms on its way between two of its statements.
create type herald.settled_sms as (
  job_id uuid,
  processing_token uuid,
  message_id uuid,
  outcome text,
  sid text,
  phone_number text,
  sender text,
  again_at timestamptz,
  reason text,
  message_status public.sms_status,
  job_status text
);

grant select on herald.provider_codes to herald_runner;
grant select, insert, update on herald.senders, herald.sms_attempts, herald.sms_status_log to herald_runner;
grant select, insert, update, delete on herald.suppressed_numbers to herald_runner;

commit;
