-- An event that makes no sense is refused with a word on what would, and nothing is written.
begin;
select plan(17);

select throws_ok(format('select emit_notification_event(%s)', arguments), code, null, arguments)
from (
  values
    ('null', '22004'), ($$'task.unheard_of'$$, '23503'), ($$''$$, '23503'), ($$'Task.due_soon'$$, '23503'),
    ($$'task.due_soon', 'nobody'$$, '22023'), ($$'task.due_soon', null$$, '22023'),
    ($$'task.due_soon', p_payload => '[]'$$, '22023'), ($$'task.due_soon', p_metadata => '5'$$, '22023'),
    ($$'task.due_soon', p_target_user_id => gen_random_uuid()$$, '23503'), ($$'task.due_soon', p_actor_user_id => gen_random_uuid()$$, '23503'),
    ($$'task.due_soon', p_expires_at => now() - interval '1 second'$$, '22023'),
    ($$'task.due_soon', p_scheduled_for => 'infinity'$$, '22023'), ($$'task.due_soon', p_scheduled_for => '200000-01-01'$$, '22023'),
    ($$'task.due_soon', p_idempotency_key => repeat('x', 256)$$, '22023'),
    ($$'task.due_soon', p_scheduled_for => now() + interval '2 hours', p_expires_at => now() + interval '1 hour'$$, '22023')
) as given (arguments, code);
create function pg_temp.hint(p_statement text) returns text language plpgsql as $$
declare
  v_hint text;
begin
  execute p_statement;
  return 'no error';
exception
  when others then
    get stacked diagnostics v_hint = pg_exception_hint;
    return v_hint;
end $$;
select is(
  pg_temp.hint($$select emit_notification_event('task.unheard_of')$$),
  'Known here: brain_dump.processed, brief.completed, brief.failed, calendar.sync_failed, error.critical, payment.failed, '
  'project.phase_scheduled, task.due_soon, user.signup, user.trial_expired.',
  'the error lists the types that there are'
);
select is_empty('select from notification_events', 'nothing is written');

select * from finish();
rollback;
