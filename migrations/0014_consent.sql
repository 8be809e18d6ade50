-- Deploy pgherald:0014_consent to pg
-- depends: 0005_texts 0007_delivery
-- transactional: false

-- The index is on texts that wait, which are few at any time.
-- squawk-ignore-file require-concurrent-index-creation

begin;

set local lock_timeout = '5s';

-- What a text that comes in can say. Rows, so that a team can add the words of its languages.
create table herald.reply_words (
  words text not null,
  meaning text not null,
  is_whole boolean not null default true,
  is_at_edge boolean not null default false,
  constraint reply_words_pkey primary key (words),
  constraint reply_words_are_in_capitals check (words = upper(words) and words ~ '[^[:space:]]'),
  constraint reply_words_meaning_is_known check (meaning in ('stop', 'start', 'help')),
  constraint reply_words_in_a_sentence_only_stop check (is_whole or meaning = 'stop'),
  constraint reply_words_at_the_edge_only_stop check (
    not is_at_edge or (is_whole and meaning = 'stop' and words ~ '^[[:alnum:]]+$')
  )
);
comment on table herald.reply_words is 'What the texts of recipients mean.';
comment on column herald.reply_words.words is
'In capitals. Where is_whole: the letters and digits of the whole text, without blanks and punctuation.';
comment on column herald.reply_words.is_whole is
'False: also in a longer text, as whole words with one blank between them. It stops, and is kept for review.';
comment on column herald.reply_words.is_at_edge is
'Also as the first word of a text, or the last of a short one: it stops, and is kept for review. Anywhere else a '
'person should read it.';

-- Twilio's own words first; it answers HELP and refuses texts after STOP by itself.
-- END and CANCEL are ordinary words in sentences, so only alone. Then misspellings.
insert into herald.reply_words (words, meaning, is_at_edge)
values
('STOP', 'stop', true),
('STOPALL', 'stop', true),
('UNSUBSCRIBE', 'stop', true),
('QUIT', 'stop', true),
('REVOKE', 'stop', true),
('OPTOUT', 'stop', true),
('STOPP', 'stop', true),
('STOPPP', 'stop', true),
('SSTOP', 'stop', true),
('STTOP', 'stop', true),
('STPO', 'stop', true),
('SOTP', 'stop', true),
('TSOP', 'stop', true),
('UNSUSCRIBE', 'stop', true),
('UNSUBCRIBE', 'stop', true),
('UNSUBSCIBE', 'stop', true),
('UNSUBSRIBE', 'stop', true),
('UNSUBSCRIB', 'stop', true),
('UNSUSBCRIBE', 'stop', true),
('UNSUB', 'stop', true);

insert into herald.reply_words (words, meaning, is_whole)
values
('CANCEL', 'stop', true),
('END', 'stop', true),
('START', 'start', true),
('YES', 'start', true),
('UNSTOP', 'start', true),
('HELP', 'help', true),
('INFO', 'help', true),
('PLEASESTOP', 'stop', true),
('STOPPLEASE', 'stop', true),
('STOPIT', 'stop', true),
('STOPTHIS', 'stop', true),
('STOP TEXTING', 'stop', false),
('STOP MESSAGING', 'stop', false),
('STOP CONTACTING', 'stop', false),
('STOP SENDING', 'stop', false),
('STOP THESE TEXTS', 'stop', false),
('STOP THESE MESSAGES', 'stop', false),
('STOP ALL TEXTS', 'stop', false),
('STOP ALL MESSAGES', 'stop', false),
('QUIT TEXTING', 'stop', false),
('QUIT MESSAGING', 'stop', false),
('NO MORE TEXTS', 'stop', false),
('NO MORE MESSAGES', 'stop', false),
('DO NOT TEXT', 'stop', false),
('DONT TEXT', 'stop', false),
('DO NOT MESSAGE', 'stop', false),
('DONT MESSAGE', 'stop', false),
('DO NOT CONTACT', 'stop', false),
('DONT CONTACT', 'stop', false),
('OPT OUT', 'stop', false),
('OPT ME OUT', 'stop', false),
('REMOVE ME', 'stop', false),
('TAKE ME OFF', 'stop', false),
('UNSUBSCRIBE ME', 'stop', false),
('WANT TO UNSUBSCRIBE', 'stop', false),
('PLEASE UNSUBSCRIBE', 'stop', false),
('STOP EMAILING', 'stop', false),
('STOP CALLING', 'stop', false),
('STOP SPAMMING', 'stop', false),
('STOP BOTHERING', 'stop', false),
('PLEASE STOP IT', 'stop', false),
('PLEASE STOP THIS', 'stop', false),
('DONT EVER TEXT', 'stop', false),
('DONT EVER MESSAGE', 'stop', false),
('DONT EVER CONTACT', 'stop', false),
('DO NOT EVER TEXT', 'stop', false),
('DO NOT EVER MESSAGE', 'stop', false),
('DO NOT EVER CONTACT', 'stop', false),
('NEVER TEXT ME', 'stop', false),
('NEVER MESSAGE ME', 'stop', false),
('NEVER CONTACT ME', 'stop', false),
('LEAVE ME ALONE', 'stop', false),
('LOSE MY NUMBER', 'stop', false),
('LOSE THIS NUMBER', 'stop', false),
('DELETE MY NUMBER', 'stop', false),
('DELETE THIS NUMBER', 'stop', false),
('REMOVE MY NUMBER', 'stop', false),
('REMOVE THIS NUMBER', 'stop', false);

-- Every text that came in, once, under the provider's id.
create table herald.inbound_sms (
  twilio_sid text not null,
  number_hash bytea not null,
  from_number text,
  to_number text,
  words text,
  opt_out_type text,
  meaning text not null,
  needs_review boolean not null default false,
  parameters jsonb not null default '{}',
  received_at timestamptz not null,
  last_received_at timestamptz not null,
  times_received integer not null default 1,
  constraint inbound_sms_pkey primary key (twilio_sid),
  constraint inbound_sms_meaning_is_known check (meaning in ('stop', 'start', 'help', 'stop_in_words', 'other'))
);
create index inbound_sms_number_hash_idx on herald.inbound_sms (number_hash, received_at);
create index inbound_sms_review_idx on herald.inbound_sms (received_at) where needs_review;
comment on table herald.inbound_sms is 'Texts that came in, each once.';
comment on column herald.inbound_sms.meaning is
'stop, start and help by keyword; stop_in_words where a longer text asks for it; other for the rest.';
comment on column herald.inbound_sms.needs_review is
'A person should read it: it stopped all texts by what it says between other words, or it has a word such as STOP and '
'stopped nothing. Set it to false then.';
comment on column herald.inbound_sms.from_number is 'For display; null once erased, as words are.';
comment on column herald.inbound_sms.opt_out_type is
'What Twilio''s Advanced Opt-Out took it for; it has the last word.';

-- Who agreed to texts or took that back, how, when, and in which words. Never changed: a guard sees to that.
create table herald.consent_log (
  id bigint generated always as identity,
  number_hash bytea,
  phone_number text,
  user_id uuid,
  change text not null,
  source text not null,
  words text,
  inbound_sid text,
  recorded_at timestamptz not null,
  constraint consent_log_pkey primary key (id),
  constraint consent_log_change_is_known check (change in ('opted_in', 'opted_out')),
  constraint consent_log_source_is_known check (source in ('inbound', 'provider', 'team', 'user'))
);
create index consent_log_number_hash_idx on herald.consent_log (number_hash, id);
create index consent_log_user_id_idx on herald.consent_log (user_id, id);
comment on table herald.consent_log is
'Every change of consent. Rows are added and never changed, but that number, user and words can be erased.';
comment on column herald.consent_log.number_hash is 'Which number, also after its erasure; null if there was none.';
comment on column herald.consent_log.user_id is
'Whose number it was, without a reference: the row outlives the user. Null if nobody had it.';
comment on column herald.consent_log.source is
'inbound: a text of the recipient · provider: it refused the number · team: somebody of ours, by hand · user: their '
'preferences.';
comment on column herald.consent_log.words is 'What was said, or why.';
comment on column herald.consent_log.inbound_sid is
'The text that said so. Where the team let texts go again: the STOP of the number''s holder that it went over.';

create index sms_messages_waiting_number_idx on public.sms_messages (phone_number)
where status in ('pending', 'scheduled', 'queued');

grant select on herald.reply_words to herald_runner;
grant select, insert, update on herald.inbound_sms to herald_runner;
grant select, insert on herald.consent_log to herald_runner;
grant update (phone_number, user_id, words) on herald.consent_log to herald_runner;

commit;
