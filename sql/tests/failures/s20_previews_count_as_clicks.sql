-- Failure 20: previews by bots and HEAD requests counted as clicks, and a text that nobody opened was clicked within
-- the second. track/machines_do_not_click.sql has each machine; here a text goes its way, is looked at by some of them,
-- and then followed by a person.
begin;
select plan(4);

update herald.settings set link_base_url = 'https://go.example';
create temporary table message on commit drop as
select a_queued_text('look: https://example.com/x') as id;
select from claim_sms('a sender', p_now => now() + interval '1 second') as claim,
  record_sms_results(jsonb_build_array(jsonb_build_object(
    'job_id', claim.job_id, 'processing_token', claim.processing_token, 'attempt_id', claim.attempt_id, 'http_status', 201,
    'sid', 'a sid'
  )), now() + interval '1 second');
create temporary table link on commit drop as select short_code from notification_tracking_links;
create function pg_temp.visit(p_agent text, p_method text, p_after interval) returns text language sql as $$
  select record_link_click(short_code, p_agent, p_method, now() + p_after) from link;
$$;
create function pg_temp.clicks() returns text language sql as $$
  select click_count || ' and ' || bot_click_count from notification_tracking_links;
$$;

select is(
  array[
    pg_temp.visit('Mozilla/5.0 (Linux; Android 14) Firefox/120.0', 'HEAD', '1 minute'),
    pg_temp.visit('WhatsApp/2.23.20.0', 'GET', '1 minute'),
    pg_temp.visit(null, 'GET', '1 minute'),
    pg_temp.visit('Mozilla/5.0 (Linux; Android 14) Firefox/120.0', 'GET', '2 seconds')
  ],
  array_fill('https://example.com/x'::text, array[4]), 'a head, a preview, a nobody and a scanner are led on'
);
select is(pg_temp.clicks(), '0 and 4', 'and none of them has clicked');
select is(
  pg_temp.visit('Mozilla/5.0 (Linux; Android 14) Firefox/120.0', 'GET', '1 minute'), 'https://example.com/x', 'a person is, too'
);
select is(pg_temp.clicks(), '1 and 4', 'and has');

select * from finish();
rollback;
