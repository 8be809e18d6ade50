-- Brings the counters of the templates up to date from what was appended since.
create or replace function herald.fold_template_uses()
returns integer
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with free as materialized (
    -- A template that somebody is just changing is counted the next time.
    select id
    from public.sms_templates
    where id in (select template_id from herald.sms_template_uses)
    order by id
    for no key update skip locked
  ),
  taken as (
    delete from herald.sms_template_uses
    where template_id in (select free.id from free)
    returning template_id, used_at
  ),
  folded as (
    select template_id, count(*)::integer as uses, max(used_at) as last_used_at
    from taken
    group by template_id
  ),
  counted as (
    update public.sms_templates as template
    set
      usage_count = coalesce(template.usage_count, 0) + folded.uses,
      last_used_at = greatest(template.last_used_at, folded.last_used_at)
    from folded
    where template.id = folded.template_id
  )
  select coalesce(sum(uses), 0)::integer from folded;
$$;

comment on function herald.fold_template_uses() is
'Adds the logged uses to sms_templates.usage_count; returns how many.';

revoke execute on function herald.fold_template_uses() from public;
grant execute on function herald.fold_template_uses() to herald_runner;
