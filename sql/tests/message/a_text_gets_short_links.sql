-- Addresses in a text become short links of its own when it is queued: words first, then links, then the measure.
begin;
select plan(26);

create temporary table who on commit drop as select a_user_with_phone() as id;
create function pg_temp.said(p_words text) returns text language plpgsql as $$
declare
  v_id constant uuid := queue_sms_message((select id from who), null, p_words);
begin
  return (select message_content from sms_messages where id = v_id);
end;
$$;
create function pg_temp.shape(p_words text) returns text language sql as $$select regexp_replace(pg_temp.said(p_words), '/l/[0-9A-Za-z]{6}', '/l/CODE', 'g')$$;

select is(pg_temp.said('See https://example.com/a.'), 'See https://example.com/a.', 'without a place for links the words stay');
select is((select count(*) from notification_tracking_links), 0::bigint, 'and there is no link');
update herald.settings set link_base_url = 'https://go.example.com', link_lifetime = '30 days';

select is(pg_temp.shape(words), shape, sentence)
from (values
  ('See https://example.com/a.', 'See https://go.example.com/l/CODE.', 'an address becomes a link, and the full stop stays'),
  ('(https://example.com/a_(b)) and https://example.com/b!', '(https://go.example.com/l/CODE) and https://go.example.com/l/CODE!', 'brackets are told apart'),
  ('no address', 'no address', 'no address, no change'),
  ('ftp://example.com/x', 'ftp://example.com/x', 'only the web'),
  ('javascript://x', 'javascript://x', 'is linked to')
) as text (words, shape, sentence);
select is((select count(*) from notification_tracking_links), 3::bigint, 'there is a link for each address');
select is(
  (select array_agg(destination_url order by destination_url) from notification_tracking_links), '{https://example.com/a,https://example.com/a_(b),https://example.com/b}',
  'that leads to all of it'
);
select is(
  (select bool_and(delivery_id is null and message_id is not null and expires_at = created_at + interval '30 days') from notification_tracking_links), true,
  'and belongs to the text, for as long as the settings say'
);

create temporary table twice on commit drop as select pg_temp.said('https://example.com/2 or https://example.com/2, and https://example.com/22') as words;
select is((select count(*) from notification_tracking_links where destination_url like '%/2'), 1::bigint, 'one link for a text and an address');
select is(
  (select regexp_replace(words, 'https://go.example.com/l/(\w+) or https://go.example.com/l/\1, and https://go.example.com/l/\w{6}', 'fits') from twice), 'fits', 'that stands wherever the address did'
);
select is(pg_temp.said(words), words, 'what is a short link stays the same one') from twice;
select is((select count(*) from notification_tracking_links where destination_url like 'https://go.example.com%'), 0::bigint, 'and no link leads to a link');

-- The measure comes last.
select is(char_length(pg_temp.said('https://example.com/' || repeat('x', 1700))), 31, 'a text may be too long before');
select is((select segment_count from sms_messages where message_content like '%go.example.com%' order by char_length(message_content) limit 1), 1, 'and segments are those of what is sent');
select throws_ok(
  $$select queue_sms_message((select id from who), null, repeat('x', 1590) || ' https://example.com/')$$, '22023', null, 'but not after'
);
select is(
  pg_temp.said(repeat('x', 1580) || ' https://x.io/'), repeat('x', 1580) || ' https://x.io/', 'an address that is shorter than its link stays where the link would be too long'
);
insert into sms_templates (template_key, name, message_template, max_length) values ('with_link', 'With a link', 'Look: {{url}}', 40);
create temporary table templated on commit drop as
select queue_sms_message(id, null, null, p_template_key => 'with_link', p_template_vars => '{"url": "https://example.com/a/very/long/address/indeed/it/is"}') as id from who;
select is((select char_length(message_content) from sms_messages inner join templated using (id)), 37, 'a template''s limit is on the words that go');

-- Once a key.
select is(
  queue_sms_message((select id from who), null, 'https://example.com/k', p_idempotency_key => 'k'), queue_sms_message((select id from who), null, 'https://example.com/k', p_idempotency_key => 'k'),
  'the same request again'
);
select is((select count(*) from notification_tracking_links where destination_url like '%/k'), 1::bigint, 'makes no other link');

-- Clicks.
create temporary table link on commit drop as select short_code, message_id from notification_tracking_links where destination_url like '%/k';
select is(record_link_click(short_code, 'Firefox', 'GET', now() + interval '1 minute'), 'https://example.com/k', 'the link works') from link;
select is((select click_count from notification_tracking_links inner join link using (short_code)), 1, 'and counts');
delete from sms_messages where id = (select message_id from link);
select is((select count(*) from notification_tracking_links inner join link using (short_code)), 0::bigint, 'and goes with its text');

-- Codes.
select is(cardinality(herald.free_codes(500)), 500, 'free codes are as many as asked for');
select throws_ok(
  $$select herald.free_codes(200, '{1}')$$, '54000', null, 'or an error says that there are none'
);

select * from finish();
rollback;
