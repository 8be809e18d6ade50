-- What an answer proves. The HTTP status decides, a code in the table refines it; where nothing is proven, the text may
-- have been taken, and so it must not be sent again.
create or replace function herald.classify_answer(
  p_sid text,
  p_http_status integer,
  p_error_code integer,
  p_maybe_accepted boolean
)
returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when btrim(p_sid) <> '' then 'accepted'
    when p_http_status is null then case when coalesce(p_maybe_accepted, true) then 'unknown' else 'not_sent' end
    when p_http_status >= 500 or p_http_status = 408 or p_http_status < 400 then 'unknown'
    else coalesce(
      (select outcome from herald.provider_codes where error_code = p_error_code),
      case
        when p_http_status = 429 then 'throttled'
        when p_http_status in (401, 403) then 'config'
        else 'permanent'
      end
    )
  end;
$$;

comment on function herald.classify_answer(text, integer, integer, boolean) is
$$The outcome of a request: accepted, unknown, not_sent, throttled, config, sender, opted_out or permanent.

No HTTP status means that no answer came; p_maybe_accepted then says whether the provider can have read the request.$$;

revoke execute on function herald.classify_answer(text, integer, integer, boolean) from public;
grant execute on function herald.classify_answer(text, integer, integer, boolean) to herald_runner;
