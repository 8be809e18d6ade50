-- A number's holder wants texts again. What was cancelled stays so; what comes from now on goes.
--
-- What a team decided, only a team takes back: somebody may have asked for that by other ways than a text. Where it
-- goes over a STOP of the number's holder, the ledger says over which, and the caller is told. The ledger is asked as
-- well: it knows of an opt-out by the preferences of a user who is gone.
create or replace function herald.start_texts(
  p_phone_number text,
  p_source text,
  p_words text,
  p_inbound_sid text,
  p_now timestamptz
)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_was_stopped boolean;
  v_their_stop herald.consent_log;
begin
  perform herald.lock_number(p_phone_number);

  if p_source <> 'team' and exists (
    select
    from herald.suppressed_numbers
    where number_hash = herald.number_hash(p_phone_number) and source = 'team'
  ) then
    return false;
  end if;

  delete from herald.suppressed_numbers where number_hash = herald.number_hash(p_phone_number);
  v_was_stopped := found
    or exists (select from public.user_sms_preferences where phone_number = p_phone_number and opted_out)
    or exists (select from herald.standing_opt_out(p_phone_number, false));
  if v_was_stopped and p_source = 'team' then
    select *
    into v_their_stop
    from herald.consent_log as latest
    where latest.number_hash = herald.number_hash(p_phone_number)
      and (latest.source = 'inbound' or (latest.source = 'team' and latest.change = 'opted_in'))
    order by latest.id desc
    limit 1;
    if v_their_stop.change = 'opted_out' then
      p_inbound_sid := v_their_stop.inbound_sid;
      raise warning 'the number''s holder sent STOP on % (%)', v_their_stop.recorded_at, v_their_stop.inbound_sid
        using hint = 'The provider refuses texts to the number until its holder sends START.';
    end if;
  end if;
  if v_was_stopped then
    perform herald.record_consent(p_phone_number, 'opted_in', p_source, p_words, p_inbound_sid, p_now);
  end if;

  update public.user_sms_preferences set opted_out = false where phone_number = p_phone_number and opted_out;
  return v_was_stopped;
end;
$$;

comment on function herald.start_texts(text, text, text, text, timestamptz) is
'Lifts what stopped texts to a number; false if nothing did, or if only the team may lift it.';

revoke execute on function herald.start_texts(text, text, text, text, timestamptz) from public;
grant execute on function herald.start_texts(text, text, text, text, timestamptz) to herald_runner;
