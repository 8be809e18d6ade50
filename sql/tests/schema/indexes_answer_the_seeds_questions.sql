-- Each question that the seed asks of a table has an index that begins with the columns asked for.
begin;
select plan(33);

create function pg_temp.answers(p_table text, variadic p_columns text[]) returns boolean language sql as $$
  select exists (
    select
    from pg_index as i
    where i.indrelid = ('public.' || p_table)::regclass
      and i.indisvalid
      and (
        select array_agg(a.attname::text order by key.position)
        from unnest(i.indkey::int2[]) with ordinality as key (attnum, position)
        inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = key.attnum
        where key.position <= cardinality(p_columns)
      ) = p_columns
  );
$$;
create function pg_temp.is_kept_unique(p_table text, variadic p_columns text[]) returns boolean language sql as $$
  select exists (
    select
    from pg_index as i
    where i.indrelid = ('public.' || p_table)::regclass
      and i.indisunique
      and (
        select array_agg(a.attname::text order by key.position)
        from unnest(i.indkey::int2[]) with ordinality as key (attnum, position)
        inner join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = key.attnum
      ) = p_columns
  );
$$;

select ok(pg_temp.answers(name, variadic columns), format('%s are found by %s', name, array_to_string(columns, ' and ')))
from (values
  ('notification_events', array['event_type']), ('notification_events', array['target_user_id']),
  ('notification_events', array['created_at']),
  ('notification_deliveries', array['event_id']), ('notification_deliveries', array['recipient_user_id']),
  ('notification_deliveries', array['status']), ('notification_deliveries', array['channel']),
  ('notification_deliveries', array['created_at']), ('notification_deliveries', array['external_id']),
  ('notification_deliveries', array['tracking_id']), ('notification_deliveries', array['subscription_id']),
  ('sms_messages', array['user_id', 'status']), ('sms_messages', array['scheduled_for']),
  ('sms_messages', array['queue_job_id']), ('sms_messages', array['notification_delivery_id']),
  ('sms_messages', array['project_id']), ('sms_messages', array['task_id']), ('sms_messages', array['twilio_sid']),
  ('notification_tracking_links', array['delivery_id']), ('notification_tracking_links', array['short_code'])
) as question (name, columns);

select ok(pg_temp.is_kept_unique(name, variadic columns), format('no two %s have the same %s', name, array_to_string(columns, ' and ')))
from (values
  ('queue_jobs', array['queue_job_id']), ('sms_messages', array['queue_job_id']),
  ('sms_messages', array['notification_delivery_id']), ('sms_messages', array['twilio_sid']),
  ('sms_templates', array['template_key']), ('notification_tracking_links', array['short_code'])
) as rule (name, columns);

select matches(
  pg_get_indexdef('public.queue_jobs_due_idx'::regclass),
  '\(job_type, due_rank, scheduled_for\) WHERE .*pending.*retrying', 'the claim walks over what waits, in its order'
);
select matches(
  pg_get_indexdef('public.sms_messages_scheduled_for_idx'::regclass),
  '\(scheduled_for\) WHERE .*pending.*scheduled', 'the tick walks over what is not planned, by its time'
);
select matches(
  pg_get_indexdef('public.queue_jobs_lease_idx'::regclass), '\(lease_expires_at\) WHERE .*processing', 'it finds leases that ran out without a look at the rest'
);
select matches(
  pg_get_indexdef('public.queue_jobs_finished_idx'::regclass), '\(completed_at\) WHERE ', 'and jobs that ended long ago'
);
select ok(pg_temp.answers('sms_messages', 'created_at'), 'statistics find texts by when they were made');
select matches(
  pg_get_indexdef('public.sms_messages_times_idx'::regclass), 'brin \(scheduled_for, sent_at, delivered_at, failed_at, cancelled_at\)', 'and by whatever became of them'
);
select matches(
  pg_get_indexdef('public.sms_messages_calendar_event_idx'::regclass), 'metadata ->> ''calendar_event_id''', 'texts are found by their calendar event'
);

select * from finish();
rollback;
