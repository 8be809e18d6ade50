-- What a text of a recipient means: keywords are the whole text in any case and dress; a sentence that asks to be left
-- alone stops as well; Twilio's own reading goes before ours.
begin;
select plan(65);

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
  ('nonstop texting', 'other'), ('help me with the door', 'other'), ('', 'other'), (null, 'other'), ('  ', 'other'), ('!?', 'other'), ('Ja', 'other'), ('stopp', 'other'),
  ('Please remove meat from my order', 'other')
) as said (words, meaning);

select is(herald.read_reply(words, type), meaning, format('%L with OptOutType %s is %s', words, type, meaning))
from (values
  ('No thanks', 'STOP', 'stop'), ('STOP', 'HELP', 'help'), ('hello', 'START', 'start'), ('STOP', 'FUTURE', 'stop'), ('STOP', '', 'stop'), ('hello', 'stop', 'stop')
) as said (words, type, meaning);

insert into herald.reply_words (words, meaning) values ('ARRET', 'stop');
select is(herald.read_reply('Arret!', null), 'stop', 'a team adds the words of its languages');
select throws_ok($$insert into herald.reply_words (words, meaning) values ('halt', 'stop')$$, '23514', null, 'in capitals, or they would never be found');
select throws_ok($$insert into herald.reply_words (words, meaning, is_whole) values ('YES PLEASE', 'start', false)$$, '23514', null, 'and nothing in a sentence starts texts again');

select * from finish();
rollback;
