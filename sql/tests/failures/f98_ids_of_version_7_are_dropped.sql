-- F98: a pattern that knew UUIDs of version 4 dropped deliveries with ids of version 7 without a word.
begin;
select plan(5);

insert into user_sms_preferences (user_id, phone_number, phone_verified, quiet_hours_start, quiet_hours_end, daily_sms_limit) select a_user(), '+12025550123', true, null, null, 1000;
insert into notification_deliveries (id, recipient_user_id, channel)
select '018f3a2e-0c5b-7d1a-8b1e-2f4c6a8e0d11', user_id, 'sms' from user_sms_preferences;
insert into sms_messages (id, user_id, phone_number, message_content, notification_delivery_id)
select '018f3a2e-0c5b-7d1a-8b1e-2f4c6a8e0d22', user_id, phone_number, 'hello', '018f3a2e-0c5b-7d1a-8b1e-2f4c6a8e0d11'
from user_sms_preferences;

-- The id goes through a job's JSON, where it is text.
select isnt(
  (
    select add_queue_job(user_id, 'send_sms', '{"message_id": "018f3a2e-0c5b-7d1a-8b1e-2f4c6a8e0d22"}')
    from user_sms_preferences
  ),
  null, 'a job names a text with an id of version 7'
);
select is((select status::text from sms_messages), 'queued', 'and takes it over');
select is(
  (
    select message_status
    from claim_sms('a sender', p_now => now() + interval '1 second') as claim
    cross join lateral record_sms_results(jsonb_build_array(jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id, 'sid', 'a sid', 'http_status', 201
    )))
  ),
  'sent', 'the text is sent'
);
select is((select status from notification_deliveries), 'sent', 'and so is its delivery');
select is(
  (
    select count(distinct herald.uuid_or_null(id))
    from unnest(array[
      '018f3a2e-0c5b-1d1a-8b1e-2f4c6a8e0d11', '018f3a2e-0c5b-2d1a-8b1e-2f4c6a8e0d11', '018f3a2e-0c5b-3d1a-8b1e-2f4c6a8e0d11',
      '018f3a2e-0c5b-4d1a-8b1e-2f4c6a8e0d11', '018f3a2e-0c5b-5d1a-8b1e-2f4c6a8e0d11', '018f3a2e-0c5b-6d1a-8b1e-2f4c6a8e0d11',
      '018F3A2E-0C5B-7D1A-8B1E-2F4C6A8E0D11', '018f3a2e-0c5b-8d1a-8b1e-2f4c6a8e0d11', '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff', 'no id', '018f3a2e', null, ''
    ]) as id
  ),
  10::bigint, 'a UUID of any version is one; other words are none, and no error either'
);

select * from finish();
rollback;
