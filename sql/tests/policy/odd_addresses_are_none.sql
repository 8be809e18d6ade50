-- An address that cannot be one costs its owner a message, and nobody else anything.
begin;
select plan(10);

create temporary table reader on commit drop as select a_user_with_phone() as id, name from unnest(array['odd', 'other']) as name;
insert into notification_subscriptions (user_id, event_type)
select id, event_type from reader, unnest(array['calendar.sync_failed', 'brain_dump.processed']) as event_type;
alter table users add column if not exists email text;
-- Random, or it would be compressed.
update users set email = (
  select string_agg(md5(n::text), '') || '@example.com' from generate_series(1, 200) as n
) where id = (select id from reader where name = 'odd');
update users set email = repeat('x', 242) || '@example.com' where id = (select id from reader where name = 'other');
alter table push_subscriptions disable trigger user;
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key)
select id, (select string_agg(md5(n::text), '') from generate_series(1, 82) as n), 'key', 'secret' from reader where name = 'odd';
alter table push_subscriptions enable trigger user;

select lives_ok($$select emit_notification_event('calendar.sync_failed')$$, 'the event is told');
select results_eq(
  'select name, channel from notification_deliveries inner join reader on reader.id = recipient_user_id order by 1, 2',
  $$values ('odd', 'in_app'), ('other', 'email'), ('other', 'in_app')$$, 'to everybody who can be reached'
);
select results_eq(
  $$select channel, reason from notification_suppressions inner join reader on reader.id = recipient_user_id where name = 'odd' and channel <> 'sms' order by 1$$,
  $$values ('email', 'no_address: the user has no e-mail address'), ('push', 'no_address: the user has no push subscription that works')$$, 'and the others have the reason'
);
update user_notification_preferences set batch_enabled = true;
select emit_notification_event('calendar.sync_failed');
select is((tick(now() + interval '20 minutes') ->> 'digests_flushed')::integer, 2, 'digests are told, too');

-- Two digests of one user in one flush, with texts.
delete from sms_messages;
delete from notification_deliveries;
update user_notification_preferences set sms_enabled = true, email_enabled = false;
select from unnest(array['calendar.sync_failed', 'brain_dump.processed']) as kind, generate_series(1, 2), emit_notification_event(kind);
set local client_min_messages = notice;
create function pg_temp.warnings() returns integer language plpgsql as $$
begin
  -- The slow way begins with one call for all of them, which fails.
  perform herald.deliver_notifications(
    array_agg((select event_id from herald.notification_digest_events where digest_id = digest.id order by place limit 1)), array_agg(digest.user_id), array_agg(digest.id), now()
  ) from herald.notification_digests as digest where flushed_at is null;
  return 0;
end $$;
select lives_ok('select pg_temp.warnings()', 'two digests of one user are told by one statement');
select is((select count(*) from sms_messages), 4::bigint, 'each by one text');
select is((select count(*) from herald.sms_channels(array(select id from reader, generate_series(1, 3)))), 2::bigint, 'a user has one way to be texted, however often asked for');

-- What an application writes without an address.
delete from notification_deliveries;
insert into notification_deliveries (recipient_user_id, channel, channel_identifier) select id, channel, address from reader, (values ('email', null), ('push', ' ')) as given (channel, address);
select from tick(now() + interval '1 minute');
select is_empty($$select from claim_notifications('{email, push}', p_now => now() + interval '1 minute')$$, 'a delivery without an address is not handed out');
select is(
  (select array_agg(distinct suppressed_reason) from notification_deliveries), '{"no_address: the delivery names none"}', 'and says so'
);
select is((select array_agg(distinct status) from notification_deliveries), '{failed}', 'instead of waiting for ever');

select * from finish();
rollback;
