-- follow_link has PostgREST answer as a web address does: 302 to the address, 404 for none, 410 for one that has expired.
begin;
select plan(18);

create temporary table delivery on commit drop as select tests.a_delivery('sent') as id;
update notification_deliveries set sent_at = now() - interval '1 hour';
insert into notification_tracking_links (short_code, delivery_id, destination_url, expires_at)
select code, id, 'https://example.com/' || code, case when code = 'old' then now() - interval '1 second' end from delivery cross join unnest('{new, old}'::text[]) as code;
create function pg_temp.counts() returns text language sql as $$select click_count || ' ' || bot_click_count from notification_tracking_links where short_code = 'new'$$;

select is(follow_link('new', 'Firefox', 'GET'), 'https://example.com/new', 'a visit is led on');
select is(current_setting('response.status'), '302', 'with a redirect');
select is(current_setting('response.headers')::jsonb, '[{"Location": "https://example.com/new"}, {"Cache-Control": "no-store"}]'::jsonb, 'that nobody keeps');
select is(pg_temp.counts(), '1 0', 'and counted');
select is(follow_link('new', 'Slackbot', 'GET'), 'https://example.com/new', 'a previewer is led on');
select is(follow_link('new', 'Firefox', 'HEAD'), 'https://example.com/new', 'and a look at the head');
select is(pg_temp.counts(), '1 2', 'and counted apart');
select throws_ok($$select follow_link('none', 'Firefox', 'GET')$$, 'PT404', null, 'an unknown code is 404');
select throws_ok($$select follow_link(null)$$, 'PT404', null, 'so is none');
select throws_ok($$select follow_link('old', 'Firefox', 'GET')$$, 'PT410', null, 'an expired one is 410');

-- As PostgREST calls it.
do $do$ begin perform set_config('request.headers', '{"user-agent": "Mozilla/5.0 Firefox/120.0", "host": "x"}', true), set_config('request.method', 'POST', true); end $do$;
select is(follow_link('new'), 'https://example.com/new', 'the visitor is who the request says');
select is(pg_temp.counts(), '2 2', 'a person');
do $do$ begin perform set_config('request.headers', '{"user-agent": "WhatsApp/2.23"}', true); end $do$;
select is(follow_link('new'), 'https://example.com/new', 'or a machine');
select is(pg_temp.counts(), '2 3', 'counted as such');
do $do$ begin perform set_config('request.headers', '', true); end $do$;
select is(follow_link('new'), 'https://example.com/new', 'one that says nothing is a machine');
select is(pg_temp.counts(), '2 4', 'as ever');

create role visitor nologin;
grant execute on function follow_link(text, text, text) to visitor;
set local role visitor;
select is(follow_link('new', 'Firefox'), 'https://example.com/new', 'a team can open it to visitors without any other right');
reset role;

set local transaction_read_only = on;
select is(follow_link('new', 'Firefox', 'GET'), 'https://example.com/new', 'where only reading is allowed the visitor is led on all the same');

select * from finish();
rollback;
