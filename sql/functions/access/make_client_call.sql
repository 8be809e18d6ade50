-- All that a signed-in user may bring about with rights that are not theirs. Definer. Nothing in it is made of what
-- the caller says but values: whose it is comes from the request's claims, and what is somebody else's is told from
-- what does not exist by nothing.
create or replace function herald.make_client_call()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id constant uuid := herald.require_signed_in_user();
  v_message_id constant uuid := (new.arguments ->> 'message_id')::uuid;
  v_at constant timestamptz := (new.arguments ->> 'at')::timestamptz;
  v_said constant text := left(new.arguments ->> 'reason', 200);
  -- What looks like the name of a rule would be counted as one, and outlive an erasure.
  v_reason constant text := case when v_said ~ '^[a-z_]+:' then 'user: ' else '' end || v_said;
  v_is_theirs constant boolean := exists (
    select
    from public.sms_messages
    where id = v_message_id and user_id = v_user_id and category is distinct from 'verification'
  );
begin
  if new.call in ('end_sms_series', 'skip_sms_occurrence') and not v_is_theirs then
    perform herald.refuse_unknown('p_series_id', v_message_id::text);
  end if;

  case new.call
    when 'start_phone_verification' then
      select to_jsonb(started)
      into new.answer
      from herald.begin_verification(v_user_id, new.arguments ->> 'phone_number', now()) as started;
    when 'confirm_phone_verification' then
      new.answer := to_jsonb(herald.check_guess(v_user_id, new.arguments ->> 'code', now()));
    when 'cancel_sms' then
      new.answer := to_jsonb(v_is_theirs and public.cancel_sms(v_message_id, v_reason));
    when 'end_sms_series' then
      new.answer := to_jsonb(public.end_sms_series(v_message_id, v_at, v_reason));
    when 'skip_sms_occurrence' then
      new.answer := to_jsonb(public.skip_sms_occurrence(v_message_id, v_at, v_reason));
    else
      raise exception 'no call of clients: %', coalesce(quote_literal(left(new.call, 60)), 'null')
        using errcode = '22023', hint = 'Call the function of that name in public; it comes here by itself.';
  end case;
  return new;
end;
$$;

comment on function herald.make_client_call() is
$$Trigger: does what a signed-in user asks for, with what is theirs, and fills in the answer.

Errors: those of the functions in public; 42501 nobody is signed in; 22023 no such call.$$;

revoke execute on function herald.make_client_call() from public;

create or replace trigger t50_make_client_call
instead of insert on herald.client_calls
for each row execute function herald.make_client_call();
