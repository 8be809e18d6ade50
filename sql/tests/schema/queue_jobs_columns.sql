-- The columns of queue_jobs, and what a row is that says only what it must.
begin;
select plan(60);

create temporary table fresh on commit drop as
with made as (
  insert into queue_jobs (user_id, job_type) values (tests.a_user(), 'other') returning *
)
select * from made;

select col_type_is('public', 'queue_jobs', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'queue_jobs', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'queue_jobs', 'user_id', 'uuid', 'user_id is uuid');
select col_not_null('public', 'queue_jobs', 'user_id', 'user_id is always there');
select isnt(user_id, null, 'user_id is given') from fresh;
select col_type_is('public', 'queue_jobs', 'job_type', 'queue_type', 'job_type is queue_type');
select col_not_null('public', 'queue_jobs', 'job_type', 'job_type is always there');
select isnt(job_type, null, 'job_type is given') from fresh;
select col_type_is('public', 'queue_jobs', 'queue_job_id', 'text', 'queue_job_id is text');
select col_not_null('public', 'queue_jobs', 'queue_job_id', 'queue_job_id is always there');
select isnt(queue_job_id, null, 'queue_job_id makes itself') from fresh;
select col_type_is('public', 'queue_jobs', 'scheduled_for', 'timestamp with time zone', 'scheduled_for is timestamptz');
select col_not_null('public', 'queue_jobs', 'scheduled_for', 'scheduled_for is always there');
select is(scheduled_for, now(), 'scheduled_for is the present') from fresh;
select col_type_is('public', 'queue_jobs', 'priority', 'integer', 'priority is integer');
select col_not_null('public', 'queue_jobs', 'priority', 'priority is always there');
select is(priority, 10, 'priority is 10 at first') from fresh;
select col_type_is('public', 'queue_jobs', 'status', 'queue_status', 'status is queue_status');
select col_not_null('public', 'queue_jobs', 'status', 'status is always there');
select is(status, 'pending', 'status is pending at first') from fresh;
select col_type_is('public', 'queue_jobs', 'attempts', 'integer', 'attempts is integer');
select col_not_null('public', 'queue_jobs', 'attempts', 'attempts is always there');
select is(attempts, 0, 'attempts is 0 at first') from fresh;
select col_type_is('public', 'queue_jobs', 'max_attempts', 'integer', 'max_attempts is integer');
select col_not_null('public', 'queue_jobs', 'max_attempts', 'max_attempts is always there');
select is(max_attempts, 3, 'max_attempts is 3 at first') from fresh;
select col_type_is('public', 'queue_jobs', 'started_at', 'timestamp with time zone', 'started_at is timestamptz');
select col_is_null('public', 'queue_jobs', 'started_at', 'started_at may be missing');
select is(started_at, null, 'started_at is empty at first') from fresh;
select col_type_is('public', 'queue_jobs', 'processed_at', 'timestamp with time zone', 'processed_at is timestamptz');
select col_is_null('public', 'queue_jobs', 'processed_at', 'processed_at may be missing');
select is(processed_at, null, 'processed_at is empty at first') from fresh;
select col_type_is('public', 'queue_jobs', 'completed_at', 'timestamp with time zone', 'completed_at is timestamptz');
select col_is_null('public', 'queue_jobs', 'completed_at', 'completed_at may be missing');
select is(completed_at, null, 'completed_at is empty at first') from fresh;
select col_type_is('public', 'queue_jobs', 'result', 'jsonb', 'result is jsonb');
select col_is_null('public', 'queue_jobs', 'result', 'result may be missing');
select is(result, null, 'result is empty at first') from fresh;
select col_type_is('public', 'queue_jobs', 'error_message', 'text', 'error_message is text');
select col_is_null('public', 'queue_jobs', 'error_message', 'error_message may be missing');
select is(error_message, null, 'error_message is empty at first') from fresh;
select col_type_is('public', 'queue_jobs', 'metadata', 'jsonb', 'metadata is jsonb');
select col_is_null('public', 'queue_jobs', 'metadata', 'metadata may be missing');
select is(metadata, '{}', 'metadata is {} at first') from fresh;
select col_type_is('public', 'queue_jobs', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_not_null('public', 'queue_jobs', 'created_at', 'created_at is always there');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'queue_jobs', 'updated_at', 'timestamp with time zone', 'updated_at is timestamptz');
select col_is_null('public', 'queue_jobs', 'updated_at', 'updated_at may be missing');
select is(updated_at, now(), 'updated_at is the present') from fresh;
select col_type_is('public', 'queue_jobs', 'dedup_key', 'text', 'dedup_key is text');
select col_is_null('public', 'queue_jobs', 'dedup_key', 'dedup_key may be missing');
select is(dedup_key, null, 'dedup_key is empty at first') from fresh;
select col_type_is('public', 'queue_jobs', 'processing_token', 'uuid', 'processing_token is uuid');
select col_is_null('public', 'queue_jobs', 'processing_token', 'processing_token may be missing');
select is(processing_token, null, 'processing_token is empty at first') from fresh;
select col_type_is('public', 'queue_jobs', 'lease_expires_at', 'timestamp with time zone', 'lease_expires_at is timestamptz');
select col_is_null('public', 'queue_jobs', 'lease_expires_at', 'lease_expires_at may be missing');
select is(lease_expires_at, null, 'lease_expires_at is empty at first') from fresh;

select * from finish();
rollback;
