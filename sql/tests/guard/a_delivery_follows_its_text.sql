-- What becomes of a text becomes of the delivery it carries, and never takes the delivery back.
begin;
select plan(31);

create function pg_temp.a_pair(p_text public.sms_status, p_delivery text) returns uuid language plpgsql as $$
declare
  v_id constant uuid := tests.a_text(p_text);
begin
  update public.sms_messages set notification_delivery_id = tests.a_delivery(p_delivery) where id = v_id;
  return v_id;
end $$;
create function pg_temp.delivery_of(p_id uuid) returns public.notification_deliveries language sql as $$
  select d
  from public.sms_messages as m
  inner join public.notification_deliveries as d on d.id = m.notification_delivery_id
  where m.id = p_id;
$$;

-- The text goes from one status to another; the delivery was in one, and is in another then.
create temporary table step on commit drop as
select *, pg_temp.a_pair(text_from::public.sms_status, delivery_from) as id
from (values
  ('pending', 'queued', 'pending', 'pending'),
  ('queued', 'sending', 'pending', 'pending'),
  ('sending', 'queued', 'pending', 'pending'),
  ('sending', 'sent', 'pending', 'sent'),
  ('sending', 'delivered', 'pending', 'delivered'),
  ('sending', 'undelivered', 'pending', 'failed'),
  ('sending', 'failed', 'pending', 'failed'),
  ('queued', 'cancelled', 'pending', 'failed'),
  ('queued', 'failed', 'pending', 'failed'),
  ('sent', 'delivered', 'sent', 'delivered'),
  ('sent', 'undelivered', 'sent', 'failed'),
  ('failed', 'queued', 'failed', 'pending'),
  ('failed', 'sent', 'failed', 'sent'),
  ('undelivered', 'delivered', 'failed', 'delivered'),
  ('sending', 'sent', 'clicked', 'clicked'),
  ('sent', 'delivered', 'clicked', 'clicked'),
  ('sent', 'delivered', 'opened', 'opened'),
  ('sent', 'undelivered', 'clicked', 'clicked'),
  ('undelivered', 'queued', 'delivered', 'delivered'),
  ('sent', 'failed', 'bounced', 'bounced')
) as table_of_steps (text_from, text_to, delivery_from, delivery_to);
update sms_messages as m set status = text_to::sms_status from step where m.id = step.id;
select is(
  (pg_temp.delivery_of(id)).status, delivery_to,
  format('a %s delivery is %s when its text goes from %s to %s', delivery_from, delivery_to, text_from, text_to)
) from step;

-- Stamps, counts and reasons come along.
create temporary table it on commit drop as select pg_temp.a_pair('sending', 'pending') as id;
update sms_messages set status = 'queued', attempt_count = 1, twilio_error_message = 'away' where id = (select id from it);
select is(((pg_temp.delivery_of(id)).attempts, (pg_temp.delivery_of(id)).last_error)::text, '(1,away)', 'an attempt that failed is told') from it;
update sms_messages set status = 'sending', attempt_count = 2 where id = (select id from it);
select is((pg_temp.delivery_of(id)).attempts, 2, 'the next attempt is counted') from it;
update sms_messages set status = 'sent', twilio_sid = 'a sid', sent_at = '2026-03-01 12:00+00' where id = (select id from it);
select is((pg_temp.delivery_of(id)).sent_at, '2026-03-01 12:00+00', 'both were sent at the same instant') from it;
select is((pg_temp.delivery_of(id)).external_id, 'a sid', 'under the provider''s id') from it;
update sms_messages set status = 'delivered', delivered_at = '2026-03-01 12:00:05+00' where id = (select id from it);
select is((pg_temp.delivery_of(id)).delivered_at, '2026-03-01 12:00:05+00', 'both were delivered at the same instant') from it;
select is((pg_temp.delivery_of(id)).failed_at, null, 'and neither failed') from it;

create temporary table stopped on commit drop as select pg_temp.a_pair('queued', 'pending') as id;
update sms_messages set status = 'cancelled', cancel_reason = 'opted_out: the user said so' where id = (select id from stopped);
select is((pg_temp.delivery_of(id)).last_error, 'opted_out: the user said so', 'a delivery tells why it was stopped') from stopped;
select isnt((pg_temp.delivery_of(id)).failed_at, null, 'and when') from stopped;

-- A click that was faster than the report of delivery.
create temporary table clicked on commit drop as select pg_temp.a_pair('sent', 'sent') as id;
update notification_deliveries set status = 'clicked', sent_at = '2026-03-01 12:00+00'
where id = (select (pg_temp.delivery_of(id)).id from clicked);
update sms_messages set status = 'delivered', delivered_at = '2026-03-01 12:00:09+00' where id = (select id from clicked);
select is((pg_temp.delivery_of(id)).status, 'clicked', 'a late report does not undo a click') from clicked;
select is((pg_temp.delivery_of(id)).delivered_at, '2026-03-01 12:00:09+00', 'but tells the instant that was missing') from clicked;
select is((pg_temp.delivery_of(id)).sent_at, '2026-03-01 12:00+00', 'and overwrites none') from clicked;

select * from finish();
rollback;
