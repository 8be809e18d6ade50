-- The three templates that come with the schema render within their length.
begin;
select plan(5);

select is(
  render_sms_template('task_reminder', '{"task_name": "Tax return", "due_time": "at 5 pm", "task_context": "Bring the forms."}'),
  'BuildOS: Tax return is due at 5 pm. Bring the forms.', 'task_reminder'
);
select is(
  render_sms_template('task_reminder', '{"task_name": "Tax return", "due_time": "at 5 pm"}'), 'BuildOS: Tax return is due at 5 pm. ',
  'whose context may be left out'
);
select is(
  render_sms_template('daily_brief_ready', '{"main_focus": "rest"}'),
  'Your BuildOS daily brief is ready! Key focus: rest. Check the app for details.', 'daily_brief_ready'
);
select is(
  render_sms_template('urgent_task', '{"task_name": "Tax return", "due_date": "today"}'),
  'URGENT: Tax return needs attention. Due: today. Reply STOP to opt out.', 'urgent_task'
);
select set_eq(
  'select template_key::text from sms_templates where is_active and max_length = 160',
  '{task_reminder, daily_brief_ready, urgent_task}'::text[], 'these are all'
);

select * from finish();
rollback;
