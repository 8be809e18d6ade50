-- A device that could not be reached is refused when it is written, without a word of its keys.
begin;
select plan(12);

create temporary table reader on commit drop as select a_user() as id;
create function pg_temp.subscribe(p_endpoint text, p_key text default 'private key', p_auth text default 'secret') returns text language plpgsql as $$
declare
  v_words text;
  v_detail text;
begin
  insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, p_endpoint, p_key, p_auth from reader;
  return 'taken';
exception
  when others then
    get stacked diagnostics v_words = message_text, v_detail = pg_exception_detail;
    return sqlstate || case when v_words || v_detail ~ 'private key|secret' then ' and tells' else '' end;
end $$;

select is(pg_temp.subscribe(endpoint, key, auth), answer, sentence)
from (
  values
    ('https://push.example/send/1', 'private key', 'secret', 'taken', 'a device of a push service'),
    ('a-token-of-some-service', '', '', 'taken', 'a device of another kind of service'),
    ('', 'private key', 'secret', '22023', 'no address'),
    ('https://push.example/send 1', 'private key', 'secret', '22023', 'an address with a blank'),
    ('https://push.example/' || repeat('ü', 1024), 'private key', 'secret', '22023', 'more bytes than an index takes'),
    ('https://push.example/' || repeat('x', 2048), 'private key', 'secret', '22023', 'an address without end'),
    (null, 'private key', 'secret', '22023', 'none'),
    ('https://push.example/send/2', null, 'secret', '22004', 'no key'),
    ('https://push.example/send/3', 'private key', null, '22004', 'no secret')
) as given (endpoint, key, auth, answer, sentence);
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example/send/1', 'new', 'new' from reader
on conflict (endpoint) do update set p256dh_key = excluded.p256dh_key, auth_key = excluded.auth_key;
select is((select p256dh_key from push_subscriptions where endpoint = 'https://push.example/send/1'), 'new', 'a device that comes again brings its new keys');

update push_subscriptions set is_active = false;
select ok(not is_active, 'one that is gone is off') from push_subscriptions where endpoint = 'https://push.example/send/1';
insert into push_subscriptions (user_id, endpoint, p256dh_key, auth_key) select id, 'https://push.example/send/1', 'newer', 'newer' from reader
on conflict (endpoint) do update set p256dh_key = excluded.p256dh_key, auth_key = excluded.auth_key;
select ok(is_active, 'and on again when it comes again with new keys') from push_subscriptions where endpoint = 'https://push.example/send/1';

select * from finish();
rollback;
