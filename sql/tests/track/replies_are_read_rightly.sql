-- What a text of a recipient means: keywords are the whole text in any case and dress; a sentence that asks to be left
-- alone stops as well; Twilio's own reading goes before ours.
begin;
select plan(113);

select is(herald.read_reply(words, null), meaning, format('%L means %s', words, meaning))
from (values
  ('STOP', 'stop'), ('stop', 'stop'), ('Stop.', 'stop'), (' s t o p ', 'stop'), ('"STOP"', 'stop'), ('STOP!!!', 'stop'), (E'Stop\n', 'stop'),
  ('ＳＴＯＰ', 'stop'), ('STOP ALL', 'stop'), ('StopAll', 'stop'), ('unsubscribe', 'stop'), ('Cancel', 'stop'), ('END', 'stop'), ('quit', 'stop'),
  ('Revoke', 'stop'), ('OPTOUT', 'stop'), ('opt out', 'stop'), ('Opt-Out.', 'stop'), ('Please stop', 'stop'), ('stop please!', 'stop'), (E'STOP\u00a0', 'stop'),
  ('START', 'start'), ('start', 'start'), ('Yes', 'start'), ('yes!', 'start'), ('UNSTOP', 'start'), ('un-stop', 'start'),
  ('HELP', 'help'), ('help?', 'help'), ('Info', 'help'),
  ('please stop texting me', 'stop_in_words'), ('Stop texting me', 'stop_in_words'), ('Hey, could you stop sending these? Thanks', 'stop_in_words'),
  ('DON''T TEXT ME AGAIN', 'stop_in_words'), ('don’t text me', 'stop_in_words'), ('Do not contact this number', 'stop_in_words'),
  ('I want to opt out now', 'stop_in_words'), ('Remove me from this list!', 'stop_in_words'), (E'take\nme\noff', 'stop_in_words'), ('No more texts, please.', 'stop_in_words'),
  ('unsubscribe me', 'stop_in_words'), ('stop   messaging', 'stop_in_words'),
  ('Can you stop by at nine?', 'other'), ('The bus stop', 'other'), ('I will start tomorrow', 'other'), ('yes please come', 'other'), ('It will end soon', 'other'),
  ('nonstop texting', 'other'), ('help me with the door', 'other'), ('', 'other'), (null, 'other'), ('  ', 'other'), ('!?', 'other'), ('Ja', 'other'), ('stopp', 'stop'),
  ('Please remove meat from my order', 'other')
) as said (words, meaning);

select is(herald.read_reply(words, type), meaning, format('%L with OptOutType %s is %s', words, type, meaning))
from (values
  ('No thanks', 'STOP', 'stop'), ('STOP', 'HELP', 'help'), ('hello', 'START', 'start'), ('STOP', 'FUTURE', 'stop'), ('STOP', '', 'stop'), ('hello', 'stop', 'stop')
) as said (words, type, meaning);

-- Keywords among other words, and what a person should read.
create temporary table said on commit drop as
select row_number() over () as n, said.*
from (values
  ('STOP STOP', 'stop_in_words', true), ('stop now', 'stop_in_words', true), ('Stop!!! pls', 'stop_in_words', true),
  ('Stop thanks', 'stop_in_words', true), ('STOP thank you', 'stop_in_words', true), ('Stop this please', 'stop_in_words', true),
  ('stop it now', 'stop_in_words', true), ('stop texts', 'stop_in_words', true), ('STOP MSG', 'stop_in_words', true),
  ('Stop emailing', 'stop_in_words', true), ('STOP 2', 'stop_in_words', true), ('wrong number stop', 'stop_in_words', true),
  ('please unsubscribe', 'stop_in_words', true), ('Don’t ever text me again', 'stop_in_words', true), ('never text me again', 'stop_in_words', true),
  ('leave me alone', 'stop_in_words', true), ('lose my number', 'stop_in_words', true), ('delete my number', 'stop_in_words', true),
  ('🛑', 'stop_in_words', true), ('Don´t ever text me again', 'stop_in_words', true), ('Stop by at noon?', 'stop_in_words', true),
  ('Quit it', 'stop_in_words', true), ('I want stop', 'stop_in_words', true), (E'STOP\nSent from my iPhone', 'stop_in_words', true),
  (E'\n Please stop \r\nSent from my very new iPhone today', 'stop_in_words', true), ('What time does the bus stop here open?', 'other', true),
  ('I can''t stop by today', 'other', true), ('Please don''t stop!', 'other', true), ('Please don’t stop!', 'other', true),
  ('non-stop flight at 9?', 'other', true), ('The bus stop', 'other', true), ('This is spam', 'other', true),
  ('Roadworks 🛑 on Main Street', 'other', true), ('Can I unsubscribe Tom from the Monday course and keep mine?', 'other', true),
  (null, 'other', false), ('', 'other', false), ('ok thanks', 'other', false), ('See you at the end', 'other', false), ('Cancel my ten o''clock', 'other', false),
  ('End of the line at five?', 'other', false), ('nonstop texting', 'other', false), ('STOP', 'stop', false), ('stopp', 'stop', false),
  ('unsuscribe', 'stop', false), ('START', 'start', false), ('HELP', 'help', false)
) as said (words, expected, review);
select from said cross join lateral receive_sms('SM' || n, '+1202555' || lpad(n::text, 4, '0'), null, said.words);
select is(
  (select concat_ws(' ', meaning, case when needs_review then 'and review' end) from herald.inbound_sms where twilio_sid = 'SM' || n),
  concat_ws(' ', expected, case when review then 'and review' end), format('%L is taken for %s', words, expected)
)
from said;

insert into herald.reply_words (words, meaning) values ('ARRET', 'stop');
select is(herald.read_reply('Arret!', null), 'stop', 'a team adds the words of its languages');
select throws_ok($$insert into herald.reply_words (words, meaning) values ('halt', 'stop')$$, '23514', null, 'in capitals, or they would never be found');
select throws_ok($$insert into herald.reply_words (words, meaning, is_whole) values ('YES PLEASE', 'start', false)$$, '23514', null, 'and nothing in a sentence starts texts again');

insert into herald.reply_words (words, meaning, is_at_edge) values ('BASTA', 'stop', true);
select is(herald.read_reply('Basta con i messaggi per favore grazie', null), 'stop_in_words', 'also as a first word');
select throws_ok($$insert into herald.reply_words (words, meaning, is_at_edge) values ('OK', 'start', true)$$, '23514', null, 'which only stops');

select * from finish();
rollback;
