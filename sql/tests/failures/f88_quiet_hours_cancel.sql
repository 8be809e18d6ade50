-- F88: quiet hours cancelled instead of deferring; equal ends meant always; an unknown zone failed open. They defer;
-- equal ends mean never; an unknown zone is quiet.
begin;
select plan(7);

create temporary table reader on commit drop as select a_user_with_phone('+12025550123') as id;
update user_sms_preferences set timezone = 'UTC', quiet_hours_start = '22:00', quiet_hours_end = '08:00';
select queue_sms_message(id, null, 'at night', p_scheduled_for => '2040-05-01 23:00+00') is not null as queued from reader;
select from tick('2040-05-01 22:57+00');
select results_eq(
  'select status::text, scheduled_for, cancel_reason from sms_messages', $$values ('scheduled', '2040-05-02 08:00+00'::timestamptz, null)$$, 'a text for the night waits'
);
select from tick('2040-05-02 07:57+00');
select is((select message_content from claim_sms('a sender', p_now => '2040-05-02 08:00+00')), 'at night', 'and goes in the morning');

update user_sms_preferences set quiet_hours_start = '08:00';
select is((select verdict || ' ' || evidence from explain_sms(p_user_id => id, p_at => '2040-05-01 08:00+00') where gate = 'quiet_hours'), 'pass no quiet hours', 'equal ends mean never') from reader;
update herald.legal_windows set is_active = true, category = null;
select throws_ok($$update herald.legal_windows set opens = closes$$, '23514', null, 'a window of the law cannot have equal ends');
update herald.legal_windows set is_active = false;

update user_sms_preferences set quiet_hours_start = '22:00';
set local session_replication_role = replica;
update user_sms_preferences set timezone = 'Mars/Olympus';
set local session_replication_role = origin;
select is((select verdict || ' ' || until from explain_sms(p_user_id => id, p_at => '2040-05-01 12:00+00') where gate = 'quiet_hours'), 'defer ' || '2040-05-01 13:00+00'::timestamptz, 'an unknown zone is quiet, and asked again in an hour') from reader;
update herald.legal_windows set is_active = true, category = null;
select is((select verdict from explain_sms(p_user_id => id, p_at => '2040-05-01 15:00+00') where gate = 'legal_window'), 'defer', 'and no window of the law is open in it') from reader;
update herald.legal_windows set is_active = false;
select throws_ok($$update user_sms_preferences set timezone = 'Mars/Phobos'$$, '22023', null, 'nobody can choose one');

select * from finish();
rollback;
