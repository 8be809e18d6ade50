-- A text is counted as Twilio bills it: by alphabet, by unit, and without tearing what belongs together.
begin;
select plan(61);

create temporary table texts (sentence, message, encoding, units, segments) on commit drop as
values
  ('an empty text weighs one segment', '', 'GSM-7', 0, 1),
  ('160 septets fit one segment', repeat('a', 160), 'GSM-7', 160, 1),
  ('161 septets need two', repeat('a', 161), 'GSM-7', 161, 2),
  ('306 septets fill two segments of 153', repeat('a', 306), 'GSM-7', 306, 2),
  ('307 septets need a third', repeat('a', 307), 'GSM-7', 307, 3),
  ('1600 septets need eleven', repeat('a', 1600), 'GSM-7', 1600, 11),
  ('an extension character takes two septets', '^{}\[~]|€' || chr(12), 'GSM-7', 20, 1),
  ('80 extension characters fit one segment', repeat('€', 80), 'GSM-7', 160, 1),
  ('an 81st does not', repeat('€', 81), 'GSM-7', 162, 2),
  ('an escape pair that would straddle two segments moves on',
    repeat('a', 152) || '€' || repeat('a', 152), 'GSM-7', 306, 3),
  ('an escape pair at the very end of a segment stays', repeat('a', 151) || '€' || repeat('a', 153), 'GSM-7', 306, 2),
  ('a segment of escape pairs alone holds 152 septets', repeat('|', 153), 'GSM-7', 306, 3),
  ('line feed and carriage return are GSM, one septet each', E'a\r\nb\n', 'GSM-7', 5, 1),
  ('a carriage return may be parted from its line feed', repeat('a', 152) || E'\r\n' || repeat('a', 152), 'GSM-7', 306, 2),
  ('the Greek capitals of GSM are GSM', 'ΓΔΘΛΞΠΣΦΨΩ', 'GSM-7', 10, 1),
  ('the accented letters of GSM are GSM', 'ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùü', 'GSM-7', 23, 1),
  ('the signs of GSM are GSM', '@£$¥_¡§¿¤!"#%&''()*+,-./:;<=>?', 'GSM-7', 29, 1),
  ('a capital A of Greek is not', 'Α', 'UCS-2', 1, 1),
  ('a tab is not GSM', chr(9), 'UCS-2', 1, 1),
  ('a no-break space is not GSM', chr(160), 'UCS-2', 1, 1),
  ('a backtick is not GSM', '`', 'UCS-2', 1, 1),
  ('a small c with cedilla is not GSM', 'ç', 'UCS-2', 1, 1),
  ('an a with acute accent is not GSM', 'á', 'UCS-2', 1, 1),
  ('curly quotes are not GSM', '“’”', 'UCS-2', 3, 1),
  ('dashes and the ellipsis are not GSM', '–—…', 'UCS-2', 3, 1),
  ('an e with a combining accent is not GSM', 'e' || chr(769), 'UCS-2', 2, 1),
  ('one curly quote makes the whole text UCS-2', repeat('a', 69) || '’', 'UCS-2', 70, 1),
  ('71 units need two segments', repeat('a', 70) || '’', 'UCS-2', 71, 2),
  ('134 units fill two segments of 67', repeat('a', 133) || '’', 'UCS-2', 134, 2),
  ('135 units need a third', repeat('a', 134) || '’', 'UCS-2', 135, 3),
  ('an extension character is one unit in UCS-2', repeat('{', 69) || 'ы', 'UCS-2', 70, 1),
  ('Cyrillic is one unit a letter', repeat('ы', 201), 'UCS-2', 201, 3),
  ('an emoji beyond U+FFFF takes two units', repeat('😀', 35), 'UCS-2', 70, 1),
  ('a surrogate pair is not torn: 33 in a segment', repeat('😀', 67), 'UCS-2', 134, 3),
  ('33 and 33 fit two', repeat('😀', 66), 'UCS-2', 132, 2),
  ('a letter fills the unit that is left over', repeat(repeat('😀', 33) || 'a', 2), 'UCS-2', 134, 2),
  ('a combining accent stays with its letter', repeat('a', 66) || 'e' || chr(769) || repeat('a', 66), 'UCS-2', 134, 3),
  ('and where both fit, they stay', repeat('a', 65) || 'e' || chr(769) || repeat('a', 67), 'UCS-2', 134, 2),
  ('a family is one grapheme of eight units', repeat('👨‍👩‍👧', 17), 'UCS-2', 136, 3),
  ('eight of them fill 64 of the 67', repeat('👨‍👩‍👧', 16), 'UCS-2', 128, 2),
  ('a skin tone stays with its hand', repeat('a', 64) || '👍🏽' || repeat('a', 66), 'UCS-2', 134, 3),
  ('a skin tone alone is a grapheme of its own', repeat('a', 65) || '🏽' || repeat('a', 67), 'UCS-2', 134, 2),
  ('the two halves of a flag stay together', repeat('a', 64) || '🇩🇪' || repeat('a', 66), 'UCS-2', 134, 3),
  ('two flags in a row may be parted', repeat('a', 63) || '🇩🇪🇫🇷' || repeat('a', 63), 'UCS-2', 134, 2),
  ('a heart stays red', repeat('a', 66) || '❤' || chr(65039) || repeat('a', 66), 'UCS-2', 134, 3),
  ('a key cap stays on its key',
    repeat('a', 65) || '1' || chr(65039) || chr(8419) || repeat('a', 66), 'UCS-2', 134, 3),
  ('fire does not join a heart: Unicode 10.0 did not know it',
    repeat('a', 64) || '❤' || chr(65039) || chr(8205) || '🔥' || repeat('a', 65), 'UCS-2', 134, 2),
  ('Hangul jamo stay together', repeat('a', 65) || 'ᄒ' || 'ᅡ' || 'ᆫ' || repeat('a', 66), 'UCS-2', 134, 3),
  ('Hangul syllables may be parted', repeat('한', 134), 'UCS-2', 134, 2),
  ('a final jamo stays with its syllable', repeat('한', 66) || '가' || 'ᆨ' || repeat('한', 66), 'UCS-2', 134, 3),
  ('a virama stays with its consonant', repeat('क', 66) || 'स्' || repeat('क', 66), 'UCS-2', 134, 3),
  ('and may be parted from the next', repeat('क', 65) || 'स्त' || repeat('क', 66), 'UCS-2', 134, 2),
  ('a spacing vowel sign stays with its consonant', repeat('क', 66) || 'पा' || repeat('क', 66), 'UCS-2', 134, 3),
  ('nothing joins a line feed', repeat('a', 66) || chr(10) || chr(769) || repeat('a', 66), 'UCS-2', 134, 2),
  ('a grapheme of 70 units alone fits one segment', 'e' || repeat(chr(769), 69), 'UCS-2', 70, 1),
  ('one of 71 leaves the first segment empty', 'e' || repeat(chr(769), 70), 'UCS-2', 71, 2),
  ('what the first segment gives up takes along what made it overflow',
    repeat('a', 30) || 'e' || repeat(chr(769), 39) || 'e' || repeat(chr(769), 39), 'UCS-2', 110, 2);

select is(
  (select (s.encoding, s.unit_count, s.segment_count)::text from public.sms_segments(message) as s),
  (texts.encoding, units, segments)::text,
  sentence
)
from texts;

select is_empty(
  $$select sentence from texts where herald.sms_segment_count(message) <> segments$$,
  'the plain number is the same'
);
select is_empty($$select from public.sms_segments(null)$$, 'null has no segments');
select is(herald.sms_segment_count(null), null, 'nor a number of them');

set local role herald_client;
select set_config('tests.segments', segment_count::text, true) from public.sms_segments(repeat('a', 307) || '{');
reset role;
select is(current_setting('tests.segments'), '3', 'clients may ask what a text will cost');

select * from finish();
rollback;
