-- What a template says with these values.
create or replace function public.render_sms_template(p_template_key text, p_template_vars jsonb default '{}')
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_template public.sms_templates;
  v_missing text;
  v_rendered text;
  v_length integer;
begin
  select * into v_template from public.sms_templates where template_key = p_template_key;
  if not found then
    perform herald.refuse_unknown(
      'p_template_key', p_template_key,
      (select array_agg(template_key order by template_key) from public.sms_templates where is_active)
    );
  end if;
  if v_template.is_active is not true then
    raise exception 'template % is switched off', p_template_key
      using errcode = '22023', hint = 'Set is_active of the template, or use another one.';
  end if;
  if jsonb_typeof(coalesce(p_template_vars, '{}')) <> 'object' then
    raise exception 'p_template_vars is not an object but: %', jsonb_typeof(p_template_vars)
      using errcode = '22023', hint = 'Pass a JSON object with a value for each variable.';
  end if;

  v_missing := herald.missing_template_vars(v_template.required_vars, p_template_vars);
  if v_missing is not null then
    raise exception 'template % lacks values for: %', p_template_key, v_missing
      using errcode = 'SMS04', hint = 'Pass them in p_template_vars; null and blank do not count.';
  end if;

  v_rendered := herald.fill_template(v_template.message_template, p_template_vars);
  -- What is measured is what will be sent.
  v_length := herald.shortened_length(v_rendered);
  if v_length > v_template.max_length then
    raise exception 'template % gives % characters%, and its max_length is %',
      p_template_key, v_length,
      -- Counting takes its time, and nobody sends more than that.
      case
        when char_length(v_rendered) <= 1600 then format(' (%s segments)', herald.sms_segment_count(v_rendered))
        else ''
      end,
      v_template.max_length
      using errcode = '22023', hint = 'Pass shorter values, or raise the template''s max_length.';
  end if;
  return v_rendered;
end;
$$;

comment on function public.render_sms_template(text, jsonb) is
$$The words of a template with these values.

{{name}} is replaced once; variables that are not required and not given leave nothing behind.

Errors: 23503 unknown template; 22023 switched off, values not an object, or longer than max_length; SMS04 values
missing.

Example: {"p_template_key": "task_reminder",
"p_template_vars": {"task_name": "Water the ferns", "due_time": "at noon"}}$$;

revoke execute on function public.render_sms_template(text, jsonb) from public;
grant execute on function public.render_sms_template(text, jsonb) to herald_runner;
