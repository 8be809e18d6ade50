-- A filter is a condition for each key of the payload; all must hold. Numbers compare with numbers and strings with
-- strings; what is missing equals nothing.
begin;
select plan(46);

select is(herald.filters_match(filters::jsonb, '{
    "n": 5, "s": "b", "t": true, "z": null, "list": ["a", "b"], "o": {"x": 1, "y": {"z": 2}}, "at": "2030-05-01T12:00:00Z"
  }'), matches, filters || ' ' || case when matches then 'matches' else 'does not' end)
from (
  values
    ('{}', true), ('{"n": 5}', true), ('{"n": 5.0}', true), ('{"n": "5"}', false), ('{"n": 6}', false), ('{"s": "b"}', true),
    ('{"s": "b", "n": 5}', true), ('{"s": "b", "n": 6}', false), ('{"missing": 1}', false), ('{"missing": null}', false),
    ('{"z": null}', true), ('{"t": true}', true), ('{"o": {"x": 1}}', true), ('{"o": {"y": {"z": 2}}}', true), ('{"o": {"x": 2}}', false),
    ('{"list": ["a"]}', true), ('{"list": ["c"]}', false), ('{"list": "a"}', true), ('{"o": {}}', true),
    ('{"n": {"$in": [1, 5]}}', true), ('{"n": {"$in": []}}', false), ('{"n": {"$in": ["5"]}}', false), ('{"missing": {"$in": [null]}}', false),
    ('{"n": {"$nin": [1]}}', true), ('{"n": {"$nin": [5]}}', false), ('{"missing": {"$nin": [1]}}', true),
    ('{"n": {"$gt": 4}}', true), ('{"n": {"$gt": 5}}', false), ('{"n": {"$gte": 5}}', true), ('{"n": {"$lt": 6}}', true), ('{"n": {"$lte": 4.9}}', false),
    ('{"n": {"$gt": 4, "$lt": 6}}', true), ('{"n": {"$gt": 4, "$lt": 5}}', false), ('{"n": {"$gt": "4"}}', false), ('{"s": {"$gt": 1}}', false),
    ('{"s": {"$gt": "a"}}', true), ('{"s": {"$gt": "B"}}', true), ('{"at": {"$lt": "2030-05-02"}}', true), ('{"missing": {"$gt": 1}}', false), ('{"z": {"$lte": 1}}', false),
    ('{"n": {"$ne": 5}}', false), ('{"missing": {"$ne": 5}}', true), ('{"missing": {"$exists": false}}', true), ('{"z": {"$exists": true}}', true),
    ('{"n": {"$exists": false}}', false)
) as given (filters, matches);
select ok(herald.filters_match(null, '{}'), 'no filters match everything');

select * from finish();
rollback;
