-- Malformed filters are refused when they are written, not when an event is emitted.
begin;
select plan(26);

create temporary table reader on commit drop as select a_user() as id;
select throws_ok(
  format('insert into notification_subscriptions (user_id, event_type, filters) select id, %L, %L from reader', 'task.due_soon', filters),
  '22023', null, filters || ' is refused'
)
from unnest(array[
  '[]', '"x"', '5', 'null', '{"n": {"$foo": 1}}', '{"n": {"$in": 1}}', '{"n": {"$nin": {"a": 1}}}', '{"n": {"$gt": []}}', '{"n": {"$gte": null}}',
  '{"n": {"$lt": true}}', '{"n": {"$exists": "yes"}}', '{"n": {"$gt": 1, "x": 2}}', '{"ok": 1, "n": {"$GT": 1}}',
  '{"$gt": 1}', '{"$or": [{"n": 1}]}', '{"n": {"a": {"$gt": 1}}}', '{"n": {"a": [{"b": {"$in": [1]}}]}}', '{"n": [{"$ne": 1}]}'
]) as filters;
select lives_ok(
  format(
    'insert into notification_subscriptions (user_id, event_type, filters) values (a_user(), %L, %L)', 'task.due_soon', filters
  ), filters || ' is taken'
)
from unnest(array[
  '{}', '{"n": 1}', '{"n": {"$in": []}}', '{"n": {"$ne": null}}', '{"n": {"a": {"odd$": 1}}}', '{"n": {"$gt": 1, "$lt": 2}}'
]) as filters;
select throws_ok(
  $$update notification_subscriptions set filters = '{"n": {"$foo": 1}}'$$, '22023', null, 'an update is no way around it'
);
select throws_ok(
  $$insert into notification_subscriptions (user_id, event_type) select id, 'task.unheard_of' from reader$$, '23503',
  $$unknown event_type: 'task.unheard_of'$$, 'nor is there a subscription to what does not exist'
);

select * from finish();
rollback;
