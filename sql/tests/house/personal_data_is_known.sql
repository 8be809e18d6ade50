-- Every column that can hold words is either known to hold something personal, and then it is exported and erased, or
-- known to hold nothing of the kind. Whoever adds a column says here which it is.
begin;
select plan(9);

-- said: exported, and erased. secret: erased, and shown to nobody. hash: stays, and is shown to nobody.
create temporary table known (kind text, relation text, columns text[]) on commit drop;
insert into known
values
('said', 'herald.consent_log', '{phone_number, words}'),
('said', 'herald.inbound_sms', '{from_number, parameters, words}'),
('said', 'herald.phone_verifications', '{phone_number}'),
('said', 'herald.sms_attempts', '{error_message}'),
('said', 'herald.sms_status_log', '{parameters}'),
('said', 'herald.suppressed_numbers', '{phone_number, reason}'),
('said', 'notification_deliveries', '{channel_identifier, last_error, payload, suppressed_reason, tracking_id}'),
('said', 'notification_events', '{idempotency_key, metadata, payload}'),
('said', 'notification_subscriptions', '{filters}'),
('said', 'notification_suppressions', '{reason}'),
('said', 'notification_tracking_links', '{destination_url, metadata}'),
('said', 'push_subscriptions', '{endpoint, user_agent}'),
('said', 'queue_jobs', '{dedup_key, error_message, metadata, result}'),
(
  'said', 'sms_messages',
  '{cancel_reason, defer_reason, idempotency_key, message_content, metadata, phone_number, recurrence_timezone, template_vars,
    twilio_error_message}'
),
('said', 'user_notification_preferences', '{timezone}'),
('said', 'user_sms_preferences', '{opt_out_reason, phone_number, timezone}'),
('secret', 'herald.phone_verifications', '{code_hash, salt}'),
('secret', 'herald.verify_requests', '{code, code_hash}'),
('secret', 'notification_events', '{request_digest}'),
('secret', 'push_subscriptions', '{auth_key, p256dh_key}'),
('secret', 'sms_messages', '{request_digest}'),
('hash', 'herald.consent_log', '{number_hash}'),
('hash', 'herald.erasures', '{number_hashes}'),
('hash', 'herald.failing_numbers', '{number_hash}'),
('hash', 'herald.inbound_sms', '{number_hash}'),
('hash', 'herald.phone_verifications', '{number_hash}'),
('hash', 'herald.suppressed_numbers', '{number_hash}'),
('hash', 'herald.verification_turns', '{whose}'),
-- Names of kinds, states and types; the provider's ids; what a team configures; what this product is made of.
('plain', 'herald.automatic_subscriptions', '{event_type}'),
('plain', 'herald.consent_log', '{change, inbound_sid, source}'),
('plain', 'herald.erasure_rows', '{kind}'),
('plain', 'herald.event_types', '{domain, event_type, sms_category, sms_template_key, title}'),
('plain', 'herald.health_limits', '{check_name, unit}'),
('plain', 'herald.host_tables', '{table_name}'),
('plain', 'herald.inbound_sms', '{meaning, opt_out_type, to_number, twilio_sid}'),
('plain', 'herald.installation', '{functions_digest, migration}'),
('plain', 'herald.installed_objects', '{definition, object_name, object_type}'),
('plain', 'herald.installed_routines', '{signature}'),
('plain', 'herald.legal_windows', '{category, phone_prefix, source, timezone}'),
('plain', 'herald.link_bots', '{meaning, pattern}'),
('plain', 'herald.notification_digests', '{event_type}'),
('plain', 'herald.notification_turns', '{event_type}'),
('plain', 'herald.phone_verifications', '{country, outcome, provider}'),
('plain', 'herald.provider_codes', '{meaning, outcome}'),
('plain', 'herald.reply_words', '{meaning, words}'),
('plain', 'herald.report_codes', '{meaning}'),
('plain', 'herald.retention', '{policy, what}'),
('plain', 'herald.runners', '{functions_digest, migration, runner, sender, version, works_on}'),
('plain', 'herald.senders', '{account, pause_reason, sender}'),
('plain', 'herald.settings', '{link_base_url, on_unknown, verification_provider, verification_words}'),
('plain', 'herald.sms_attempts', '{account, outcome, runner, sender, twilio_sid}'),
('plain', 'herald.sms_categories', '{category, toggle_column}'),
('plain', 'herald.sms_routines', '{category, recurrence_pattern, time_column, words}'),
('plain', 'herald.sms_status_log', '{twilio_sid, twilio_status}'),
('plain', 'herald.suppressed_numbers', '{source}'),
('plain', 'herald.transitions', '{cause, from_status, machine, to_status}'),
('plain', 'herald.verification_limits', '{phone_prefix, scope}'),
('plain', 'herald.verify_requests', '{kind, outcome}'),
('plain', 'notification_deliveries', '{channel, external_id, inferred, status}'),
('plain', 'notification_events', '{event_source, event_type}'),
('plain', 'notification_subscriptions', '{event_type}'),
('plain', 'notification_suppressions', '{channel}'),
('plain', 'notification_tracking_links', '{short_code}'),
('plain', 'queue_jobs', '{queue_job_id}'),
('plain', 'sms_messages', '{category, recurrence_pattern, routine, twilio_sid, twilio_status}'),
('plain', 'sms_templates', '{description, message_template, name, required_vars, template_key, template_vars}'),
('plain', 'user_notification_preferences', '{event_type, priority}');

-- What can hold words: text of any kind, JSON, bytes, and arrays of them.
create temporary view wordy as
select attrelid::regclass::text as relation, attname::text as name, attrelid, atttypid, attnotnull
from pg_attribute
inner join pg_class on pg_class.oid = attrelid
inner join pg_type on pg_type.oid = atttypid
where relnamespace in ('public'::regnamespace, 'herald'::regnamespace)
  and relkind in ('r', 'p') and attnum > 0 and not attisdropped
  and relname not in ('users', 'projects', 'tasks')
  and exists (
    select from pg_type as element
    where element.oid in (atttypid, pg_type.typelem)
      and (element.typcategory = 'S' or element.typname in ('json', 'jsonb', 'bytea', 'xml', 'inet', 'cidr', 'macaddr', 'point'))
  );
select set_eq(
  'select relation, name from wordy', 'select relation, unnest(columns) from known', 'every column that can hold words is known, once'
);
select is(
  (select count(*) from known, unnest(columns)), (select count(distinct (relation, name)) from known, unnest(columns) as name), 'as one kind'
);

-- Two people with all there can be; each word says whose it is and where it stands.
create temporary table person (name text, id uuid, number text) on commit drop;
insert into person values ('ada', a_user(), '+12025550121'), ('ben', a_user(), '+12025550122');
create temporary table thing (name text, what text, id uuid) on commit drop;
insert into thing
select name, what, gen_random_uuid()
from person, unnest('{event, delivery, text, job, verification, subscription}'::text[]) as what;
create function pg_temp.its(p_name text, p_what text) returns uuid language sql as $$
  select id from thing where name = p_name and what = p_what
$$;
set local session_replication_role = replica;
insert into user_sms_preferences (user_id, phone_number, phone_verified, phone_verified_at, opted_out, opted_out_at)
select id, number, true, '2030-01-01', true, '2030-05-02' from person;
insert into user_notification_preferences (user_id, event_type) select id, 'calendar.sync_failed' from person;
insert into notification_subscriptions (id, user_id, event_type) select pg_temp.its(name, 'subscription'), id, 'calendar.sync_failed' from person;
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, name, 'key', 'key' from person;
insert into notification_events (id, event_type, event_source, target_user_id)
select pg_temp.its(name, 'event'), 'calendar.sync_failed', 'api_action', id from person;
insert into notification_deliveries (id, event_id, recipient_user_id, channel, status, sent_at, subscription_id)
select pg_temp.its(name, 'delivery'), pg_temp.its(name, 'event'), id, 'email', 'sent', '2030-05-01', pg_temp.its(name, 'subscription') from person;
insert into notification_suppressions (event_id, recipient_user_id, channel, reason) select pg_temp.its(name, 'event'), id, 'push', '' from person;
insert into queue_jobs (id, user_id, job_type, status, completed_at) select pg_temp.its(name, 'job'), id, 'other', 'failed', '2030-05-01' from person;
insert into sms_messages (id, user_id, phone_number, message_content, status, sent_at, delivered_at, twilio_sid, segment_count)
select pg_temp.its(name, 'text'), id, number, 'x', 'delivered', '2030-05-01', '2030-05-01', 'SM' || name, 3 from person;
insert into herald.sms_attempts (message_id, attempt, started_at) select pg_temp.its(name, 'text'), 1, '2030-05-01' from person;
insert into herald.sms_status_log (message_id, twilio_sid, twilio_status, first_received_at, last_received_at)
select pg_temp.its(name, 'text'), 'SM' || name, 'delivered', '2030-05-01', '2030-05-01' from person;
insert into notification_tracking_links (short_code, message_id, delivery_id, destination_url)
select name, pg_temp.its(name, 'text'), pg_temp.its(name, 'delivery'), 'https://example.com' from person;
insert into herald.inbound_sms (twilio_sid, number_hash, meaning, received_at, last_received_at)
select 'IN' || name, herald.number_hash(number), 'other', '2030-05-01', '2030-05-01' from person;
insert into herald.consent_log (number_hash, user_id, change, source, recorded_at)
select herald.number_hash(number), id, 'opted_out', 'inbound', '2030-05-01' from person;
insert into herald.suppressed_numbers (number_hash, reason, source, suppressed_at)
select herald.number_hash(number), 'x', 'team', '2030-05-01' from person;
insert into herald.phone_verifications (id, user_id, phone_number, number_hash, country, provider, created_at, expires_at)
select pg_temp.its(name, 'verification'), id, number, herald.number_hash(number), '1', 'twilio_verify', '2030-05-01', '2030-05-02' from person;
insert into herald.verify_requests (verification_id, kind, created_at) select pg_temp.its(name, 'verification'), 'check', '2030-05-01' from person;
do $$
declare
  v_column record;
  v_person record;
begin
  for v_column in
    select wordy.*, known.kind from wordy inner join known on known.relation = wordy.relation and wordy.name = any (known.columns)
    where known.kind in ('said', 'secret')
  loop
    for v_person in select * from person loop
      execute format(
        $f$
        update %1$s as it set %2$I = case when %2$L = 'phone_number' and %1$L in ('sms_messages', 'user_sms_preferences') then %5$L
          when %4$L = 'jsonb' then json_build_object('event_type', 'calendar.sync_failed', 'x', %3$L)::text
          when %2$L = 'destination_url' then 'https://example.com/' || %3$L else %3$L end::%4$s
        where exists (select from thing where name = %6$L and id::text in (
            to_jsonb(it) ->> 'id', to_jsonb(it) ->> 'message_id', to_jsonb(it) ->> 'verification_id', to_jsonb(it) ->> 'event_id'))
          or %7$L in (to_jsonb(it) ->> 'user_id', to_jsonb(it) ->> 'recipient_user_id')
          or to_jsonb(it) ->> 'number_hash' = to_jsonb(herald.number_hash(%5$L)) #>> '{}'
        $f$,
        v_column.relation, v_column.name, v_person.name || '~' || v_column.relation || '.' || v_column.name,
        format_type(v_column.atttypid, null), v_person.number, v_person.name, v_person.id
      );
    end loop;
  end loop;
end $$;
set local session_replication_role = origin;

-- Where a word stands, in the whole database.
create function pg_temp.places(p_word text) returns setof text language plpgsql as $$
declare
  v_column record;
begin
  for v_column in select * from wordy loop
    return query execute format(
      'select %L::text where exists (select from %s where strpos(%s, %L) > 0)', v_column.relation || '.' || v_column.name, v_column.relation,
      case when v_column.atttypid = 'bytea'::regtype then format('encode(%I, ''escape'')', v_column.name) else format('%I::text', v_column.name) end,
      p_word
    );
  end loop;
end $$;
create temporary view personal as
select known.kind, relation || '.' || name as place from known, unnest(columns) as name where known.kind in ('said', 'secret');

select set_eq(
  $$select pg_temp.places('ada~') union select pg_temp.places('+12025550121')$$, 'select place from personal', 'everything personal is filled in here'
);
create temporary table exported on commit drop as select export_user(id)::text as line from person where name = 'ada';
select is_empty(
  $$
  select place from personal
  where kind = 'said' and place not in ('sms_messages.phone_number', 'user_sms_preferences.phone_number')
    and not exists (select from exported where strpos(line, 'ada~' || place) > 0)
  $$,
  'an export has all of it'
);
select is(
  (select count(*) from exported where line ~ '^\((texts|sms_preferences),.*\+12025550121'), 2::bigint, 'with the numbers'
);
select is_empty(
  $$select place from personal where kind = 'secret' and exists (select from exported where strpos(line, 'ada~' || place) > 0)$$,
  'and without what lets somebody pass for the user'
);

create temporary table of_ben on commit drop as
select * from pg_temp.places('ben~') as place union select * from pg_temp.places('+12025550122');
select results_eq(
  $$select remaining, in_flight from person cross join lateral erase_user(id) where name = 'ada'$$, 'values (0::bigint, 0::bigint)', 'one call erases it all'
);
select is_empty($$select pg_temp.places('ada~') union select pg_temp.places('+12025550121')$$, 'and it is nowhere any more');
select set_eq(
  $$select pg_temp.places('ben~') union select pg_temp.places('+12025550122')$$, 'select place from of_ben', 'while nothing of anybody else is'
);

select * from finish();
rollback;
