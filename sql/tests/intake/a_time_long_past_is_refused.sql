-- A time far in the past is a mistake, and said to be one; a little late is at once.
begin;
select plan(9);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
select throws_ok(format($$select queue_sms_message(%L, null, 'hello', p_scheduled_for => %L)$$, id, at), '22023', null, sentence)
from reader
cross join (
  values
    (now() - interval '25 hours', 'more than a day ago'), ('1970-01-21 00:00+00', 'seconds taken for milliseconds'), ('-infinity', 'before all times'), ('infinity', 'never')
) as given (at, sentence);
select is((select count(*) from sms_messages), 0::bigint, 'nothing was written');
select lives_ok(format($$select queue_sms_message(%L, null, 'hello', p_scheduled_for => now() - interval '23 hours')$$, id), 'less than a day ago is late') from reader;
select is((select message_content from claim_sms('a sender')), 'hello', 'and goes at once');

-- By plain SQL, which may bring in an old archive.
select lives_ok(
  $$insert into sms_messages (user_id, phone_number, message_content, status, scheduled_for) select id, '+12025550123', 'old', 'scheduled', '2020-05-01 12:00+00' from reader$$,
  'an insert of an old text is taken'
);
select from tick();
select is(
  (select status || ' ' || cancel_reason from sms_messages where message_content = 'old'), 'cancelled not_expired: it expired at 2020-05-02 12:00:00 UTC',
  'and does not go'
);

select * from finish();
rollback;
