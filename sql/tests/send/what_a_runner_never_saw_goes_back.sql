-- A claim whose rows never arrived leaves texts that nobody sends: their runner, and only it, can give them back.
begin;
select plan(8);

select tests.a_queued_text('text ' || number) from generate_series(1, 3) as number;
create temporary table seen on commit drop as select * from claim_sms('+15005550006', 1, p_runner => 'mine');
create temporary table lost on commit drop as select * from claim_sms('+15005550006', 1, p_runner => 'mine');
create temporary table another on commit drop as select * from claim_sms('+15005550006', 1, p_runner => 'yours');

select results_eq(
  $$select hand_back_unseen_sms('mine', array(select attempt_id from seen))$$, 'select job_id from lost', 'what did not arrive goes back'
);
select is((select status::text from sms_messages where id = (select message_id from lost)), 'queued', 'its text waits again');
select is((select (status, attempts)::text from queue_jobs where id = (select job_id from lost)), '(pending,0)', 'with its attempt');
select is((select outcome from herald.sms_attempts where id = (select attempt_id from lost)), 'handed_back', 'and that is on record');
select is((select status::text from sms_messages where id = (select message_id from seen)), 'sending', 'what is in hand stays');
select is((select status::text from sms_messages where id = (select message_id from another)), 'sending', 'and what is another''s');
select is_empty($$select hand_back_unseen_sms('mine', array(select attempt_id from seen))$$, 'twice is once');
select throws_ok($$select hand_back_unseen_sms('mine', null)$$, '22004', null, 'nothing in hand is said as such, or all would go back');

select * from finish();
rollback;
