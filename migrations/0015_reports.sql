-- Deploy pgherald:0015_reports to pg
-- depends: 0006_links 0007_delivery 0009_fan_out
-- transactional: false

-- The index is on links of texts without a delivery, which nothing made before.
-- squawk-ignore-file require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

-- What follows from a report that a text failed. Rows, so that a team can judge a code otherwise than we do.
create table herald.report_codes (
  error_code integer not null,
  meaning text not null,
  suppress_after integer,
  is_opt_out boolean not null default false,
  sender_pause interval,
  constraint report_codes_pkey primary key (error_code),
  constraint report_codes_take_a_failure check (suppress_after > 0),
  constraint report_codes_pause_is_positive check (sender_pause > interval '0')
);
comment on table herald.report_codes is
'Twilio''s error codes in reports of failed texts, each with what follows besides. One that is not here changes '
'nothing but its text.';
comment on column herald.report_codes.suppress_after is
'So many failures of a number by such codes, with no text delivered in between, suppress it; null for never.';
comment on column herald.report_codes.is_opt_out is
'The suppression is the recipient''s word, and goes into the ledger of consent.';
comment on column herald.report_codes.sender_pause is 'How long the sender of the text rests; null for not at all.';

insert into herald.report_codes (error_code, meaning, suppress_after, is_opt_out, sender_pause)
values
(21610, 'the recipient has answered STOP', 1, true, null),
(30001, 'the sender has hours of texts waiting', null, false, '1 minute'),
(30002, 'the account is suspended', null, false, '1 hour'),
(30003, 'the handset is off or out of reach', null, false, null),
(30004, 'the recipient or the carrier blocks texts', null, false, null),
(30005, 'the number does not exist (any more)', 2, false, null),
(30006, 'a landline, or a carrier that takes no texts', 2, false, null),
(30007, 'a carrier or the provider filters this content', null, false, null),
(30008, 'the carrier gives no reason', null, false, null),
(30010, 'dearer than the highest price allowed', null, false, null),
(30017, 'the carrier is congested', null, false, '1 minute'),
(30018, 'the sender has to be registered with the carrier', null, false, '1 hour'),
(30019, 'too large for the carrier', null, false, null),
(30022, 'faster than the campaign may send', null, false, '1 minute'),
(30023, 'the campaign''s texts of the day are used up', null, false, '1 hour'),
(30024, 'the sender is not set up with the carrier', null, false, '1 hour'),
(30027, 'the carrier''s texts of the day are used up', null, false, '1 hour'),
(30032, 'the toll-free sender is not verified', null, false, '1 hour'),
(30033, 'the campaign is suspended', null, false, '1 hour'),
(30034, 'the sender is not registered', null, false, '1 hour'),
(30035, 'the sender is still being set up', null, false, '1 hour'),
(30036, 'too late: its validity period was over', null, false, null),
(30410, 'the provider behind the provider did not answer', null, false, null),
(30450, 'blocked for a while, as protection against pumping', null, false, null),
(30500, 'an error at the provider', null, false, null),
(30610, 'the provider keeps quiet hours for the recipient', null, false, null),
(30640, 'the provider blocks this recipient', 1, false, null),
(63017, 'the account sends too fast', null, false, '1 minute'),
(63038, 'the daily limit of the account is reached', null, false, '1 hour');

create table herald.failing_numbers (
  number_hash bytea not null,
  failures integer not null,
  last_failed_at timestamptz not null,
  constraint failing_numbers_pkey primary key (number_hash)
);
comment on table herald.failing_numbers is
'Numbers whose texts failed by a code that can suppress them, and how often since one was delivered.';

-- One link for each text and address.
create unique index notification_tracking_links_text_once_idx
on public.notification_tracking_links (message_id, hashtextextended(destination_url, 0))
where message_id is not null;

alter table public.notification_deliveries add column inferred text[] not null default '{}';
comment on column public.notification_deliveries.inferred is
'Which of delivered_at and opened_at nobody reported: whoever follows a link has received and opened what it was in.';

revoke all on herald.report_codes from public;
grant select on herald.report_codes to herald_runner;
grant select, insert, update, delete on herald.failing_numbers to herald_runner;

commit;
