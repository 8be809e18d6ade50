-- F50: the first failure wrote `failed`, the retry saw a final state and reported success. Here a failure that will be
-- tried again leaves text and delivery waiting, and `failed` is written when nothing is left to try.
begin;
select plan(7);

create temporary table message on commit drop as select a_queued_text() as id;
update sms_messages set notification_delivery_id = a_delivery();
create view pg_temp.state as
select delivery.status as delivery_status, message.status::text as message_status, message.next_retry_at is not null as again
from sms_messages as message
inner join notification_deliveries as delivery on delivery.id = message.notification_delivery_id;
create function pg_temp.attempt(p_minutes integer, p_result jsonb) returns setof text language sql as $$
  select result.message_status
  from claim_sms('a sender', p_now => now() + make_interval(mins => p_minutes)) as claim
  cross join lateral record_sms_results(
    jsonb_build_array(p_result || jsonb_build_object(
      'job_id', job_id, 'processing_token', processing_token, 'attempt_id', attempt_id
    )),
    now() + make_interval(mins => p_minutes)
  ) as result;
$$;

select is(pg_temp.attempt(1, '{"maybe_accepted": false}'), 'queued', 'the first attempt cannot reach the provider');
select results_eq(
  'select * from state', $$values ('pending', 'queued', true)$$, 'nothing has failed: both wait for the next attempt'
);
select is(pg_temp.attempt(7, '{"maybe_accepted": false}'), 'queued', 'the second neither');
select is(
  pg_temp.attempt(30, '{"http_status": 201, "sid": "a sid"}'), 'sent', 'the third is made as well, and succeeds'
);
select results_eq('select * from state', $$values ('sent', 'sent', false)$$, 'text and delivery have been sent');

insert into message select a_queued_text();
update sms_messages set notification_delivery_id = a_delivery() where notification_delivery_id is null;
select is(
  pg_temp.attempt(60, '{"http_status": 400, "error_code": 21614, "error_message": "no"}'), 'failed',
  'what cannot be tried again fails'
);
select is(
  (select array_agg(delivery_status || ' ' || message_status order by delivery_status) from state),
  '{"failed failed", "sent sent"}',
  'and its delivery with it'
);

select * from finish();
rollback;
