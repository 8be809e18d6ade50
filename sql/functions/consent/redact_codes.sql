-- Takes codes that have ended out of their texts. Stars are letters of every alphabet of texts, so that what a text
-- costs is still counted right.
create or replace function herald.redact_codes(p_verification_ids uuid[], p_now timestamptz)
returns integer
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_redacted integer;
begin
  update public.sms_messages as message
  set message_content = replace(setting.verification_words, '{{code}}', '******')
  from herald.phone_verifications as verification
  cross join herald.settings as setting
  where verification.id = any (p_verification_ids)
    and verification.ended_at is not null
    and verification.redacted_at is null
    and message.id = verification.message_id
    and message.status <> 'sending';

  update herald.phone_verifications as verification
  set redacted_at = p_now
  where verification.id = any (p_verification_ids)
    and verification.ended_at is not null
    and verification.redacted_at is null
    and not exists (
      select
      from public.sms_messages as message
      where message.id = verification.message_id and message.status = 'sending'
    );
  get diagnostics v_redacted = row_count;
  return v_redacted;
end;
$$;

comment on function herald.redact_codes(uuid[], timestamptz) is
'Hides the codes of these verifications if they have ended and are not just being sent; returns how many.';

revoke execute on function herald.redact_codes(uuid[], timestamptz) from public;
grant execute on function herald.redact_codes(uuid[], timestamptz) to herald_runner;
