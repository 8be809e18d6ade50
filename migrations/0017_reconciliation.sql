-- Deploy pgherald:0017_reconciliation to pg
-- depends: 0012_permission
-- transactional: false

-- The columns are new, and the indexes hold only what is on its way.
-- squawk-ignore-file require-concurrent-index-creation, constraint-missing-not-valid

begin;

set local lock_timeout = '5s';

alter table herald.settings
add column on_unknown text not null default 'hold',
add column settle_time interval not null default '30 minutes',
add column first_look interval not null default '10 seconds',
add column report_time interval not null default '1 hour',
add constraint settings_on_unknown_is_known check (on_unknown in ('hold', 'resend')),
add constraint settings_looks_take_time check (
  settle_time > interval '0' and first_look > interval '0' and report_time > interval '0'
);
comment on column herald.settings.on_unknown is
'What becomes of a text of which nothing proves that the provider took it, and that is not in its list after '
'settle_time. hold: it stays held, and visible, until somebody decides. resend: it is sent again, AND MAY GO TWICE: '
'the list can be minutes or hours late, so that a text is not in it does not prove that it was not taken. With resend '
'each text is given a validity of settle_time at most, so that the first one cannot leave after the second.';
comment on column herald.settings.settle_time is
'How long after an attempt that proved nothing the provider''s list may still be behind.';
comment on column herald.settings.first_look is
'How long after such an attempt the list is looked at first. Each later pause is as long as the doubt is old by then.';
comment on column herald.settings.report_time is
'A text that has been sent, and of which no end is reported, is asked about after this, and then ever more rarely.';

-- On the text, and not on the attempt: a report that moves it on takes it out of the index for nothing.
alter table public.sms_messages add column look_at timestamptz;
create index sms_messages_look_idx on public.sms_messages (status, look_at)
where status in ('sending', 'sent') and look_at is not null;
-- Texts with the same words to one number can be each other's answer.
create index sms_messages_sending_idx on public.sms_messages (phone_number)
where status = 'sending';
comment on column public.sms_messages.look_at is
'When the provider is asked next what became of it, if it is in doubt or sent by then; null if nobody asks.';

alter table herald.sms_attempts
add column looks integer not null default 0,
add column looked_at timestamptz,
add column look_token uuid;
comment on column herald.sms_attempts.looks is 'How often the provider was asked what became of it.';
comment on column herald.sms_attempts.looked_at is 'When the last of these looks began.';
comment on column herald.sms_attempts.look_token is
'Whoever looks holds this; what was found is told with it, once, and without it changes nothing.';

-- What was on its way before. Text by text it is looked at only if it is held by then.
update public.sms_messages
set look_at = now()
where status = 'sending';
update public.sms_messages
set look_at = sent_at + interval '1 hour'
where status = 'sent' and twilio_sid is not null and sent_at > now() - interval '3 days';

commit;
