-- Twilio's word for where a text is, in ours. A word we do not know changes nothing.
create or replace function herald.map_twilio_status(p_twilio_status text)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case p_twilio_status
    when 'accepted' then 'queued'
    when 'queued' then 'queued'
    when 'scheduled' then 'queued'
    when 'sending' then 'sending'
    when 'sent' then 'sent'
    when 'delivered' then 'delivered'
    when 'read' then 'delivered'
    when 'failed' then 'failed'
    when 'undelivered' then 'undelivered'
    when 'canceled' then 'cancelled'
  end;
$$;

comment on function herald.map_twilio_status(text) is 'Our status for a word of Twilio''s; null for an unknown one.';

revoke execute on function herald.map_twilio_status(text) from public;
grant execute on function herald.map_twilio_status(text) to herald_runner;
