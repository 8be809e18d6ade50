-- Says what a text weighs on the phone network: its encoding, its units, and how many segments Twilio bills.
--
-- A text of more than one segment is filled greedily, and nothing that belongs together is torn: no escape pair, no
-- surrogate pair, no grapheme. Dividing the units by the room in a segment is wrong for one text in seven.
-- The answers are those of Twilio's own calculator (sms-segments-calculator 1.3.0, Smart Encoding off), also where
-- that is odd: an empty text weighs one segment; where the first segment overflows, what it gives up goes into the
-- second together with what made it overflow, fit or not.
create or replace function herald.measure_sms(
  p_message text,
  out encoding text,
  out unit_count integer,
  out segment_count integer
)
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  -- "C": what counts as a letter or as equal in the database's language must not matter here.
  v_text text collate "C" := p_message;
  v_alone integer;
  v_room integer;
  v_free integer;
  v_taken integer := 0;
  v_piece text collate "C";
  v_count integer;
  v_units integer;
  v_fits integer;
begin
  -- GSM 03.38: basic set and extension table. No tab, no backtick, no ç (but Ç), no curly quotes, no dashes.
  if v_text !~ '[^\n\f\r -_a-~¡£¤¥§¿ÄÅÆÇÉÑÖØÜßàäåæèéìñòöøùüΓΔΘΛΞΠΣΦΨΩ€]' then
    encoding := 'GSM-7';
    v_alone := 160;
    v_room := 153;
    -- An extension character is sent as an escape and a septet. Any character of two UTF-16 units can stand for it.
    v_text := regexp_replace(v_text, '[\f[-^{-~€]', U&'\+010000', 'g');
  else
    encoding := 'UCS-2';
    v_alone := 70;
    v_room := 67;
  end if;

  unit_count := 2 * length(v_text) - length(regexp_replace(v_text, '[\U00010000-\U0010ffff]+', '', 'g'));
  segment_count := 1;

  if unit_count <= v_alone then
    return;
  end if;

  -- Scripts in which each character is one unit and one grapheme need no more than a division.
  if v_text ~ '^[\u0001-\u02ff\u0370-\u0482\u048a-\u0530\u2010-\u2027\u20a0-\u20bf\u3041-\u3096\u4e00-\u9fff]*$' then
    segment_count := ceil(unit_count / v_room::numeric);
    return;
  end if;

  v_free := v_room;

  -- Each piece is a run of characters that stand alone, all of one size, or a single grapheme. The rules are those of
  -- UAX #29 for Unicode 10.0, as Twilio's calculator follows them: two halves of a flag take no second mark, and a
  -- skin tone that has a mark before it wants that mark right behind the emoji.
  foreach v_piece in array string_to_array(rtrim(regexp_replace(herald.grapheme_letters(v_text) collate "C", '(?x)
      [cogbyk]+ (?![eEsSzMvt])
    | [COGBH]+ (?![eEsSzMvt])
    | [cC]
    | [pPR] R [eEsSz]?
    | (?:
        [pP]* [bBH] [eE] M
      | (?: (?: [pP]{2,} )? R | [pP]* (?: [bBH] M? | [oOgGM] | l* (?: v+ | y v* | k ) t* | l+ | t+ )? )
        (?: [sS] | z (?: [gG] | H M? )? )*
      )
      (?: [eEsS] | z (?: [gG] | H (?: [eE] M? )? )? )*
  ', '\&-', 'g'), '-'), '-')
  loop
    -- So many items of so many units each.
    v_count := case when v_piece ~ '^[cogbykCOGBH]+$' then length(v_piece) else 1 end;
    v_units := (2 * length(v_piece) - length(translate(v_piece, 'BCEGHMOPRS', ''))) / v_count;
    v_fits := v_free / v_units;
    if segment_count = 2 and v_taken <= v_alone then
      -- Taken in by the first segment at first, or what made it overflow: no room is asked for.
      v_fits := greatest(v_fits, (v_alone - v_taken) / v_units + 1);
    end if;
    v_fits := greatest(0, least(v_count, v_fits));

    v_taken := v_taken + v_count * v_units;
    v_count := v_count - v_fits;
    v_free := v_free - v_fits * v_units;

    if v_count > 0 then
      -- A grapheme longer than a segment has one of its own.
      v_fits := greatest(1, v_room / v_units);
      segment_count := segment_count + (v_count + v_fits - 1) / v_fits;
      v_free := v_room - ((v_count - 1) % v_fits + 1) * v_units;
    end if;
  end loop;
end;
$$;

comment on function herald.measure_sms(text) is
$$Weighs a text: encoding, units and segments.

encoding is GSM-7 or UCS-2, unit_count septets or UTF-16 units, segment_count what Twilio bills. One call for all three;
see public.sms_segments.$$;

revoke execute on function herald.measure_sms(text) from public;
grant execute on function herald.measure_sms(text) to herald_runner, herald_client;
