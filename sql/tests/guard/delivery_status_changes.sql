-- A delivery moves only along the lines of its state machine, whoever runs the update.
begin;
select plan(57);

-- Written out a second time on purpose: a test that read herald.transitions would agree with any slip in it.
create temporary table legal (from_status, to_status) on commit drop as
values
  ('pending', 'sent'),
  ('pending', 'failed'),
  ('pending', 'bounced'),
  ('pending', 'delivered'),
  ('pending', 'opened'),
  ('pending', 'clicked'),
  ('sent', 'delivered'),
  ('sent', 'failed'),
  ('sent', 'bounced'),
  ('sent', 'opened'),
  ('sent', 'clicked'),
  ('delivered', 'opened'),
  ('delivered', 'clicked'),
  ('opened', 'clicked'),
  ('failed', 'pending'),
  ('failed', 'sent'),
  ('failed', 'delivered');

-- Every ordered pair of statuses, each on a row of its own; staying where one is is no change.
select case
    when from_status = to_status then lives_ok(attempt, format('a %s delivery may stay so', from_status))
    when legal then lives_ok(attempt, format('a %s delivery may become %s', from_status, to_status))
    else throws_ok(attempt, 'SMS01', null, format('a %s delivery may not become %s', from_status, to_status))
  end
from (
  select a.status as from_status, b.status as to_status,
    (a.status, b.status) in (select * from legal) as legal,
    format(
      'update public.notification_deliveries set status = %L where id = %L',
      b.status, tests.a_delivery(a.status)
    ) as attempt
  from unnest(array['pending', 'sent', 'delivered', 'failed', 'bounced', 'opened', 'clicked']) as a (status),
    unnest(array['pending', 'sent', 'delivered', 'failed', 'bounced', 'opened', 'clicked']) as b (status)
) as change;

-- And how a row may begin.
select case
    when start.status in ('pending') then lives_ok(attempt, format('a delivery may begin as %s', status))
    else throws_ok(attempt, 'SMS01', null, format('a delivery may not begin as %s', status))
  end
from (
  select status, format('insert into public.notification_deliveries (recipient_user_id, channel, status) values (%L, ''sms'', %L)', tests.a_user(), status) as attempt
  from unnest(array['pending', 'sent', 'delivered', 'failed', 'bounced', 'opened', 'clicked']) as a (status)
) as start;

select is(
  (select count(*) from herald.transitions where machine = 'delivery' and from_status <> '(start)'), 17::bigint,
  'no other change of a delivery is legal'
);

select * from finish();
rollback;
