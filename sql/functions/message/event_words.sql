-- What an event says: in its payload's words, or at least by what its type is called, so that nothing blank goes out. A
-- text says what the type's template says, if that can be filled and is not too long; else the payload's words.
create or replace function herald.event_words(p_event_type text, p_payload jsonb)
returns table (title text, body text, url text, sms text, template_id uuid)
language sql
stable
rows 1
set search_path = pg_catalog, pg_temp
as $$
  select named.title, said.body, said.url, spoken.sms, spoken.template_id
  from herald.event_types as known
  cross join lateral (
    select
      herald.first_words(p_payload ->> 'title', known.title, initcap(replace(split_part(known.event_type, '.', 2), '_', ' ')))
        as title
  ) as named
  cross join lateral (
    select
      herald.first_words(p_payload ->> 'body', p_payload ->> 'message', p_payload ->> 'text') as body,
      herald.first_words(p_payload ->> 'url', p_payload ->> 'action_url') as url
  ) as said
  left join public.sms_templates as template
    on template.template_key = known.sms_template_key
    and template.is_active
    and herald.missing_template_vars(template.required_vars, p_payload) is null
  cross join lateral (
    select candidate.words as sms, case when candidate.preference = 1 then template.id end as template_id
    from (
      values
      (1, herald.fill_template(template.message_template, p_payload), template.max_length),
      (2, herald.first_words(p_payload ->> 'sms'), 1600),
      (3, herald.first_words(p_payload ->> 'message'), 1600),
      (4, said.body, 1600),
      (5, left(named.title, 1600), 1600)
    ) as candidate (preference, words, max_length)
    where not herald.is_blank(coalesce(candidate.words, ''))
      and herald.shortened_length(candidate.words) <= candidate.max_length
    order by candidate.preference
    limit 1
  ) as spoken
  where known.event_type = p_event_type;
$$;

comment on function herald.event_words(text, jsonb) is
'Title, body and address (or null), text and its template (or null) of an event; one row if there is such a type.';

revoke execute on function herald.event_words(text, jsonb) from public;
grant execute on function herald.event_words(text, jsonb) to herald_runner;
