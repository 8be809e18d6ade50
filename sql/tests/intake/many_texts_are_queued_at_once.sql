-- Many texts in one call: each as if it had been queued alone, all of them or none.
begin;
select plan(40);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set next_up_enabled = true;
insert into projects (id) values ('00000000-0000-0000-0000-00000000000c');
insert into tasks (id) values ('00000000-0000-0000-0000-00000000000d');
update herald.settings set link_base_url = 'https://a.example';
-- Requests with the user filled in, and what came of them by their words.
create function pg_temp.requests(p_requests jsonb) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('user_id', (select id from reader)) || request order by place)
  from jsonb_array_elements(p_requests) with ordinality as each (request, place)
$$;
create function pg_temp.error_of(p_requests jsonb) returns text language plpgsql as $$
declare
  v_message text;
  v_detail text;
  v_hint text;
begin
  perform from queue_sms_messages(p_requests);
  return 'no error';
exception
  when data_exception or integrity_constraint_violation or sqlstate 'SMS03' or sqlstate 'SMS04' then
    get stacked diagnostics v_message = message_text, v_detail = pg_exception_detail, v_hint = pg_exception_hint;
    return concat_ws(' | ', sqlstate, v_message, nullif(v_detail, ''), case when v_hint = '' then 'no hint' end);
end;
$$;

-- Every argument, given and left out.
create temporary table wishes on commit drop as
select * from (values
  (1, '{"message": "a"}'::jsonb),
  (2, '{"message": "b", "phone_number": "+12025550123", "priority": "urgent", "max_attempts": 5, "correlation_id": "00000000-0000-0000-0000-0000000000cc"}'),
  (3, '{"message": "c", "scheduled_for": "2040-05-01T12:00:00+02:00", "expires_at": "2040-05-01T14:00:00+02:00", "metadata": {"a": 1}}'),
  (4, '{"message": "d", "category": "next_up", "project_id": "00000000-0000-0000-0000-00000000000c", "task_id": "00000000-0000-0000-0000-00000000000d", "idempotency_key": "d"}'),
  (5, '{"template_key": "daily_brief_ready", "template_vars": {"main_focus": "ferns"}, "metadata": null, "phone_number": null}'),
  (6, '{"message": "f", "scheduled_for": "2040-05-01T12:00:00Z", "recurrence_pattern": "FREQ=DAILY", "recurrence_ends": "2040-06-01T12:00:00Z", "recurrence_timezone": "Asia/Kolkata", "idempotency_key": "f"}'),
  (7, '{"message": "read https://b.example/c today"}'),
  (8, '{"message": "h", "phone_number": "+12025550199"}'),
  (9, '{"message": "i", "category": "daily_brief"}')
) as wish (place, request);
create function pg_temp.written(p_ids uuid[]) returns setof text language sql as $$
  select (to_jsonb(message) - array['id', 'queue_job_id', 'correlation_id', 'request_digest', 'message_content', 'idempotency_key']
    || jsonb_build_object(
      'words', regexp_replace(message_content, '/l/\w+', '/l/x'), 'digest', message.request_digest is not null,
      'job', to_jsonb(job) - array['id', 'queue_job_id', 'correlation_id', 'metadata', 'created_at', 'updated_at'],
      'names_its_text', job.metadata ->> 'message_id' = message.id::text, 'same correlation', job.correlation_id = message.correlation_id,
      'link', (select array_agg(destination_url) from notification_tracking_links as link where link.message_id = message.id)
    ))::text
  from unnest(p_ids) with ordinality as given (id, place)
  inner join sms_messages as message on message.id = given.id
  left join queue_jobs as job on job.id = message.queue_job_id
  order by given.place
$$;
create temporary table at_once on commit drop as
select made.* from (select jsonb_agg(request order by place) as requests from wishes) as all_wishes
cross join lateral queue_sms_messages(pg_temp.requests(all_wishes.requests)) as made;
create temporary table alone on commit drop as
select place, queue_sms_message(
  reader.id, request ->> 'phone_number', request ->> 'message', coalesce((request ->> 'priority')::sms_priority, 'normal'),
  (request ->> 'scheduled_for')::timestamptz, nullif(request -> 'metadata', 'null'), request ->> 'template_key', request -> 'template_vars',
  request ->> 'category', (request ->> 'expires_at')::timestamptz, 'alone ' || (request ->> 'idempotency_key'),
  (request ->> 'project_id')::uuid, (request ->> 'task_id')::uuid, coalesce((request ->> 'max_attempts')::integer, 3),
  (request ->> 'correlation_id')::uuid, request ->> 'recurrence_pattern', (request ->> 'recurrence_ends')::timestamptz,
  request ->> 'recurrence_timezone'
) as message_id
from wishes cross join reader order by place;

select is((select array_agg(place order by place) from at_once), array[1, 2, 3, 4, 5, 6, 7, 8, 9], 'each has its place');
select results_eq(
  $$select pg_temp.written(array(select message_id from at_once order by place))$$,
  $$select pg_temp.written(array(select message_id from alone order by place))$$, 'each is what it would be alone'
);
select results_eq(
  $$
  select place, status::text, left(message_content, 8), queue_job_id is not null
  from at_once inner join sms_messages on sms_messages.id = message_id order by place
  $$,
  $$values
    (1, 'queued', 'a', true), (2, 'queued', 'b', true), (3, 'scheduled', 'c', false), (4, 'queued', 'd', true), (5, 'queued', 'Your Bui', true),
    (6, 'scheduled', 'f', false), (7, 'queued', 'read htt', true), (8, 'cancelled', 'h', false), (9, 'cancelled', 'i', false)
  $$, 'what may go has its job, what lies ahead has none, and what may not go is cancelled'
);
select is((select count(*) from queue_jobs), 10::bigint, 'there is one job to a text that may go');
select is((select count(*) from herald.sms_template_uses), 2::bigint, 'a use of a template is counted');
select is((select correlation_id from sms_messages where id = (select message_id from at_once where place = 2)), '00000000-0000-0000-0000-0000000000cc', 'a correlation is kept');
select is(
  (select count(*) from claim_sms('a sender', 50, p_now => now() + interval '1 second')), 10::bigint, 'and they go'
);
select is((select count(*) from queue_sms_messages('[]')), 0::bigint, 'of none come none');

-- Keys.
select is(
  (select array_agg(message_id order by place) from queue_sms_messages(pg_temp.requests(
    '[{"message": "x", "idempotency_key": "x"}, {"message": "d", "category": "next_up", "project_id": "00000000-0000-0000-0000-00000000000c", "task_id": "00000000-0000-0000-0000-00000000000d", "idempotency_key": "d"}, {"message": "x", "idempotency_key": "x"}, {"message": "y"}]'
  )) where place in (2)),
  (select array_agg(message_id) from at_once where place = 4), 'a key that was used gives the first text'
);
select is((select count(*) from sms_messages where message_content = 'x'), 1::bigint, 'and one that comes twice in a call is one text');
select is(
  (select count(distinct message_id) from queue_sms_messages(pg_temp.requests('[{"message": "z", "idempotency_key": "z"}, {"message": "z", "idempotency_key": "z"}]'))),
  1::bigint, 'with one id'
);
select is(
  queue_sms_message((select id from reader), null, 'z', p_idempotency_key => 'z'), (select id from sms_messages where message_content = 'z'),
  'a call for one text knows the keys of a call for many'
);
create temporary table before on commit drop as select count(*) as texts from sms_messages;
create temporary table jobs_before on commit drop as select count(*) as jobs from queue_jobs;
select is(
  pg_temp.error_of(pg_temp.requests('[{"message": "1"}, {"message": "2", "idempotency_key": "2"}, {"message": "3", "idempotency_key": "2"}]')),
  'SMS03 | element 3: idempotency_key ''2'' was used for another request', 'with another request in the same call it is a mistake'
);
select is(
  pg_temp.error_of(pg_temp.requests('[{"message": "1"}, {"message": "other", "idempotency_key": "d"}]')),
  'SMS03 | element 2: idempotency_key ''d'' was used for another request', 'as it is later'
);

-- The mistake is said of its place, whatever stands around it.
select is(pg_temp.error_of(requests), error, what)
from (values
  (null, '22004 | p_messages is null', 'null'),
  ('{"message": "a"}', '22023 | p_messages is not an array but: object', 'an object'),
  ('["a"]', '22023 | element 1 is not an object but: string', 'an element that is no object'),
  (pg_temp.requests('[{"message": "a"}]') || '[null]', '22023 | element 2 is not an object but: null', 'or null'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "scheduledFor": "2040-05-01T12:00:00Z", "status": "sent"}]'), '22023 | element 2 has unknown keys: ''scheduledFor'', ''status''', 'a key that is none'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a"}, {"message": "a"}, {"message": "a"}, {"message": " "}, {"message": "a"}]'), '22023 | element 5: message_content is empty', 'an empty text'),
  (pg_temp.requests('[{"message": "a", "phone_number": "2025550123"}, {"message": "a"}]'), '22023 | element 1: phone_number is not a phone number in E.164 form: 20•••••0123', 'no number'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "user_id": null}]'), '22004 | element 2: user_id is null', 'no user'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "user_id": "00000000-0000-0000-0000-00000000000e"}]'), '23503 | element 2: unknown user_id: ''00000000-0000-0000-0000-00000000000e''', 'an unknown user'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "user_id": "+12025550187"}]'), '22P02 | element 2: invalid input syntax for type uuid: "+•••••"', 'no id'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "priority": "asap"}]'), '22P02 | element 2: invalid input value for enum public.sms_priority: "asap"', 'an unknown priority'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "priority": null}]'), '22004 | element 2: priority is null', 'a null priority'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "max_attempts": null}]'), '22023 | element 2: max_attempts is not positive: null', 'null attempts'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "metadata": []}]'), '22023 | element 2: metadata is not an object but: array', 'metadata that are a list'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "category": "spam"}]'), '23503 | element 2: unknown category: ''spam''', 'an unknown category'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "scheduled_for": "tomorrow noonish"}]'), '22007 | element 2: invalid input syntax for type timestamp with time zone: "tomorrow noonish"', 'no time'),
  (pg_temp.requests('[{"message": "a"}, {}]'), '22023 | element 2: message and p_template_key are both null', 'no words'),
  (pg_temp.requests('[{"message": "a"}, {"template_key": "urgent_task", "template_vars": {"task_name": "top secret"}}]'), 'SMS04 | element 2: template urgent_task lacks values for: due_date', 'a template''s missing value'),
  (pg_temp.requests('[{"message": "a"}, {"message": "a", "recurrence_ends": "2040-05-01"}]'), '22023 | element 2: recurrence_ends or p_recurrence_timezone is given without p_recurrence_pattern', 'an end of no series')
) as bad (requests, error, what);
select matches(
  pg_temp.error_of(pg_temp.requests('[{"message": "a"}, {"message": "top secret", "project_id": "00000000-0000-0000-0000-00000000000e"}]')),
  '^23503 \| element 2: [^|]*project_id_fkey"$', 'an unknown project'
);
select matches(
  pg_temp.error_of((select jsonb_agg('{}'::jsonb) from generate_series(1, 50001))), '^22023 \| p_messages has 50001 elements, and may have 50000$', 'too many'
);
select is((select count(*) from sms_messages), (select texts from before), 'of a call with a mistake there is nothing');
select is((select count(*) from queue_jobs), (select jobs from jobs_before), 'and no job');

-- What the application's triggers make of a text is what counts.
create function pg_temp.meddle() returns trigger language plpgsql as $$
begin
  if new.message_content = 'no' then
    return null;
  elsif new.message_content = 'later' then
    new.status := 'scheduled';
    new.queue_job_id := null;
    new.scheduled_for := '2040-05-01 12:00+00';
  end if;
  return new;
end $$;
create trigger meddle before insert on sms_messages for each row execute function pg_temp.meddle();
create temporary table meddled on commit drop as
select * from queue_sms_messages(pg_temp.requests('[{"message": "no"}, {"message": "later"}, {"message": "now"}]'));
select results_eq(
  $$
  select place, message_id is not null, message.status::text, job.id is not null
  from meddled
  left join sms_messages as message on message.id = message_id
  left join queue_jobs as job on job.metadata ->> 'message_id' = message_id::text
  order by place
  $$,
  $$values (1, false, null, false), (2, true, 'scheduled', false), (3, true, 'queued', true)$$, 'no job for what a trigger of the application has left out or put off'
);

select ok(has_function_privilege('herald_runner', 'public.queue_sms_messages(jsonb)', 'execute'), 'whoever may queue one may queue many');
select ok(not has_function_privilege('herald_client', 'public.queue_sms_messages(jsonb)', 'execute'), 'and nobody else');

select * from finish();
rollback;
