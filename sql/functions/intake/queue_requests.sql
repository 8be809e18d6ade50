-- Requests as JSON become texts. What is wrong with one of them is said of that one: where all of them together fail,
-- each half is tried alone, and so on, until a request is alone with its error.
create or replace function herald.queue_requests(p_requests jsonb, p_first integer default 1)
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count constant integer := jsonb_array_length(p_requests);
  -- What is left out; what is null is no default.
  v_default public.sms_messages;
  v_texts public.sms_messages[];
  v_template_keys text[];
  v_code text;
  v_message text;
  v_detail text;
  v_hint text;
begin
  v_default.priority := 'normal';
  v_default.max_attempts := 3;
  select
    coalesce(
      array_agg(
        jsonb_populate_record(
          v_default, request.value || jsonb_build_object('message_content', request.value -> 'message')
        )
        order by request.ordinality
      ),
      '{}'
    ),
    array_agg(request.value ->> 'template_key' order by request.ordinality)
  into v_texts, v_template_keys
  from jsonb_array_elements(p_requests) with ordinality as request;
  return herald.write_texts(v_texts, v_template_keys, now());
exception
  when data_exception or integrity_constraint_violation or sqlstate 'SMS03' or sqlstate 'SMS04' then
    if v_count > 1 then
      return
        herald.queue_requests(
          jsonb_path_query_array(p_requests, '$[0 to $last]', jsonb_build_object('last', v_count / 2 - 1)), p_first
        )
        || herald.queue_requests(
          jsonb_path_query_array(p_requests, '$[$first to last]', jsonb_build_object('first', v_count / 2)),
          p_first + v_count / 2
        );
    end if;
    get stacked diagnostics
      v_code = returned_sqlstate, v_message = message_text, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
    -- What is no id or no time is shown, and may be a number that got into the wrong place.
    if v_code in ('22P02', '22003', '22007', '22008') then
      v_message := regexp_replace(v_message, '[0-9]{7,}', '•••••', 'g');
    end if;
    raise exception 'element %: %', p_first, regexp_replace(v_message, '^(unknown )?p_', '\1')
      using errcode = v_code, hint = coalesce(nullif(v_hint, ''), nullif(v_detail, ''), 'Correct it, or leave it out.');
end;
$$;

comment on function herald.queue_requests(jsonb, integer) is
$$Queues the texts that the elements of an array ask for, all or none, and returns their ids in that order.

p_first: the place of the first one, for errors. Errors: those of queue_sms_message, with the element's place.$$;

revoke execute on function herald.queue_requests(jsonb, integer) from public;
grant execute on function herald.queue_requests(jsonb, integer) to herald_runner;
