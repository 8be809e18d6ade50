-- Makes the texts of occurrences, each once. The words are the series' unless others are given; the number is the
-- user's of today, since no other one could be sent to.
create or replace function herald.write_occurrences(
  p_series_ids uuid[],
  p_walls timestamp[],
  p_times timestamptz[],
  p_words text[],
  p_now timestamptz
)
returns table (message_id uuid, series_id uuid, wall timestamp)
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with written as (
    insert into public.sms_messages (
      user_id, phone_number, message_content, template_id, template_vars, status, priority, scheduled_for, max_attempts,
      project_id, task_id, metadata, category, expires_at, correlation_id, parent_message_id, occurrence
    )
    select
      series.user_id, coalesce(wishes.phone_number, series.phone_number),
      coalesce(asked.words, series.message_content),
      case when asked.words is null then series.template_id end,
      case when asked.words is null then series.template_vars end,
      'scheduled', series.priority, asked.at, series.max_attempts, series.project_id, series.task_id, series.metadata,
      series.category, asked.at + (series.expires_at - series.scheduled_for), series.correlation_id, series.id,
      asked.wall
    from unnest(p_series_ids, p_walls, p_times, p_words) as asked (series_id, wall, at, words)
    inner join public.sms_messages as series on series.id = asked.series_id
    left join public.user_sms_preferences as wishes on wishes.user_id = series.user_id
    on conflict (parent_message_id, occurrence) where occurrence is not null do nothing
    returning id, parent_message_id, occurrence, template_id
  ),
  used as (
    insert into herald.sms_template_uses (template_id, used_at)
    select template_id, p_now from written where template_id is not null
  )
  select id, parent_message_id, occurrence from written;
$$;

comment on function herald.write_occurrences(uuid[], timestamp[], timestamptz[], text[], timestamptz) is
'Writes a text for each of these occurrences that has none yet, and tells which; null words are the series''.';

revoke execute on function herald.write_occurrences(uuid[], timestamp[], timestamptz[], text[], timestamptz)
from public;
grant execute on function herald.write_occurrences(uuid[], timestamp[], timestamptz[], text[], timestamptz)
to herald_runner;
