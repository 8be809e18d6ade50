-- F108: the count was read, raised and written back, so of two clicks at once one was lost. It is raised where it is.
begin;
select plan(3);

create temporary table delivery on commit drop as select tests.a_delivery('sent') as id;
create temporary table link on commit drop as select create_tracking_link(id, 'https://example.com/x') as code from delivery;

-- Another click comes after the first was looked up, and before it is counted.
create function pg_temp.another_click() returns trigger language plpgsql as $$
begin
  update public.notification_tracking_links
  set click_count = click_count + 1, last_clicked_at = '2040-05-01 12:00:09+00', bot_click_count = bot_click_count + 1
  where delivery_id = new.id;
  return null;
end $$;
create trigger another_click after update on notification_deliveries for each row execute function pg_temp.another_click();

select is(
  record_link_click(code, 'Mozilla/5.0 Firefox/120.0', 'GET', '2040-05-01 12:00:08+00'), 'https://example.com/x', 'two click at once'
) from link;
select is(
  (select (click_count, bot_click_count)::text from notification_tracking_links), '(2,1)', 'and both count'
);
select is(
  (select (first_clicked_at = '2040-05-01 12:00:08+00', last_clicked_at = '2040-05-01 12:00:09+00')::text from notification_tracking_links),
  '(t,t)', 'the later one is the last'
);

select * from finish();
rollback;
