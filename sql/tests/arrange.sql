-- What the tests start from. Everything here goes the legal way, so that no test begins in a state that cannot be.
create schema if not exists tests;

create or replace function tests.a_user()
returns uuid
language sql
set search_path = ''
as $$
  insert into public.users (id) values (gen_random_uuid()) returning id;
$$;

-- A user whose number is verified; each has another one.
create or replace function tests.a_user_with_phone(p_phone_number text default null)
returns uuid
language sql
set search_path = ''
as $$
  insert into public.user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit)
  select
    tests.a_user(),
    coalesce(p_phone_number, '+1202' || lpad((1000000 + (select count(*) from public.user_sms_preferences))::text, 7, '0')),
    true, null, null, 1000
  returning user_id;
$$;

create or replace function tests.phone_of(p_user_id uuid)
returns text
language sql
set search_path = ''
as $$
  select phone_number from public.user_sms_preferences where user_id = p_user_id;
$$;

-- A job of type other in the given status.
create or replace function tests.a_job(p_status public.queue_status default 'pending')
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid;
  v_token constant uuid := gen_random_uuid();
begin
  insert into public.queue_jobs (user_id, job_type) values (tests.a_user(), 'other') returning id into v_id;
  if p_status not in ('pending', 'cancelled') then
    update public.queue_jobs
    set status = 'processing', attempts = 1, processing_token = v_token, lease_expires_at = now() + interval '1 minute'
    where id = v_id;
  end if;
  update public.queue_jobs set status = p_status where id = v_id and status <> p_status;
  return v_id;
end;
$$;

-- A text in the given status, moved there by plain updates. Only one that is queued or being sent has a job.
create or replace function tests.a_text(p_status public.sms_status default 'pending')
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_user_id constant uuid := tests.a_user_with_phone();
  v_id uuid;
  v_step public.sms_status;
begin
  insert into public.sms_messages (user_id, phone_number, message_content, status, scheduled_for)
  values (
    v_user_id, tests.phone_of(v_user_id), 'hello', case when p_status = 'scheduled' then 'scheduled' else 'pending' end::public.sms_status,
    case when p_status = 'scheduled' then now() + interval '1 day' end
  )
  returning id into v_id;

  foreach v_step in array case p_status
    when 'queued' then '{queued}'
    when 'sending' then '{queued, sending}'
    when 'sent' then '{queued, sending, sent}'
    when 'delivered' then '{queued, sending, sent, delivered}'
    when 'undelivered' then '{queued, sending, sent, undelivered}'
    when 'failed' then '{queued, sending, failed}'
    when 'cancelled' then '{cancelled}'
    else '{}'
  end::public.sms_status[] loop
    update public.sms_messages set status = v_step where id = v_id;
  end loop;
  delete from public.queue_jobs
  where id = (select queue_job_id from public.sms_messages where id = v_id and status not in ('queued', 'sending'));
  return v_id;
end;
$$;

-- A text that waits with its job, by queue_sms_message, for a user who may be texted.
create or replace function tests.a_queued_text(p_message text default 'hello')
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_user_id constant uuid := tests.a_user_with_phone();
begin
  return public.queue_sms_message(v_user_id, tests.phone_of(v_user_id), p_message);
end;
$$;

-- An SMS delivery in the given status.
create or replace function tests.a_delivery(p_status text default 'pending')
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid;
begin
  insert into public.notification_deliveries (recipient_user_id, channel) values (tests.a_user(), 'sms')
  returning id into v_id;
  update public.notification_deliveries set status = p_status where id = v_id and status <> p_status;
  return v_id;
end;
$$;

-- Gives a text other words, and tells its segments.
create or replace function tests.reword(p_message_id uuid, p_words text)
returns integer
language sql
set search_path = ''
as $$
  update public.sms_messages set message_content = p_words where id = p_message_id returning segment_count;
$$;

-- How many rows this transaction has read so far, by index or in their order on the disk.
create or replace function tests.reads()
returns bigint
language sql
set search_path = ''
as $$
  select coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)::bigint
  from pg_catalog.pg_stat_xact_user_tables;
$$;

-- How many of them a command reads.
create or replace function tests.read_by(p_command text)
returns bigint
language plpgsql
as $$
declare
  v_before constant bigint := tests.reads();
begin
  execute p_command;
  return tests.reads() - v_before;
end;
$$;
