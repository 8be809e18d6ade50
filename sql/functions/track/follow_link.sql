-- The web address of a short link: counts the visit and answers with a redirect, which PostgREST makes of what is set
-- here. Where PostgREST may only read, as with GET, the visitor is led on all the same and not counted.
--
-- Definer, so that a team can open it to visitors that nobody knows: grant execute … to anon. Until then only the
-- runner's role has it.
create or replace function public.follow_link(
  p_short_code text,
  p_user_agent text default null,
  p_method text default null
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
-- A plan that was made beside next to nothing stays for as long as its session does.
set enable_seqscan = 'off'
set jit = 'off'
as $$
declare
  v_headers constant jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
  v_destination_url text;
begin
  if current_setting('transaction_read_only')::boolean then
    select destination_url
    into v_destination_url
    from public.notification_tracking_links
    where short_code = p_short_code and (expires_at is null or expires_at > now());
  else
    v_destination_url := public.record_link_click(
      p_short_code, coalesce(p_user_agent, v_headers ->> 'user-agent'),
      -- A POST is PostgREST's way to call what writes, and nothing that a visitor chose.
      coalesce(p_method, nullif(current_setting('request.method', true), 'POST'), 'GET'), now()
    );
  end if;

  if v_destination_url is null then
    if exists (select from public.notification_tracking_links where short_code = p_short_code) then
      raise exception 'this link has expired'
        using errcode = 'PT410', hint = 'Ask whoever sent it for another one.';
    end if;
    raise exception 'there is no such link'
      using errcode = 'PT404', hint = 'See that the address is whole: capitals and small letters count.';
  end if;

  perform set_config('response.status', '302', true);
  perform set_config(
    'response.headers',
    jsonb_build_array(
      jsonb_build_object('Location', v_destination_url), jsonb_build_object('Cache-Control', 'no-store')
    )::text,
    true
  );
  return v_destination_url;
end;
$$;

comment on function public.follow_link(text, text, text) is
$$Counts a visit to a short link, gives the address it leads to, and has PostgREST answer 302.

With GET the visit is not counted, since PostgREST then only reads.

p_user_agent, p_method: of the visitor; null takes those of PostgREST's request.

Errors: PT404 no such link; PT410 it has expired. PostgREST answers with that status.

Example: {"p_short_code": "aB3dE6"}$$;

revoke execute on function public.follow_link(text, text, text) from public;
grant execute on function public.follow_link(text, text, text) to herald_runner;
