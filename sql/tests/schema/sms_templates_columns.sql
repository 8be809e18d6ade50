-- The columns of sms_templates, and what a row is that says only what it must.
begin;
select plan(42);

create temporary table fresh on commit drop as
with made as (
  insert into sms_templates (template_key, name, message_template) values ('fresh', 'Fresh', 'x') returning *
)
select * from made;

select col_type_is('public', 'sms_templates', 'id', 'uuid', 'id is uuid');
select col_not_null('public', 'sms_templates', 'id', 'id is always there');
select isnt(id, null, 'id makes itself') from fresh;
select col_type_is('public', 'sms_templates', 'template_key', 'character varying(100)', 'template_key is varchar(100)');
select col_not_null('public', 'sms_templates', 'template_key', 'template_key is always there');
select isnt(template_key, null, 'template_key is given') from fresh;
select col_type_is('public', 'sms_templates', 'name', 'character varying(255)', 'name is varchar(255)');
select col_not_null('public', 'sms_templates', 'name', 'name is always there');
select isnt(name, null, 'name is given') from fresh;
select col_type_is('public', 'sms_templates', 'description', 'text', 'description is text');
select col_is_null('public', 'sms_templates', 'description', 'description may be missing');
select is(description, null, 'description is empty at first') from fresh;
select col_type_is('public', 'sms_templates', 'message_template', 'text', 'message_template is text');
select col_not_null('public', 'sms_templates', 'message_template', 'message_template is always there');
select isnt(message_template, null, 'message_template is given') from fresh;
select col_type_is('public', 'sms_templates', 'template_vars', 'jsonb', 'template_vars is jsonb');
select col_is_null('public', 'sms_templates', 'template_vars', 'template_vars may be missing');
select is(template_vars, '{}', 'template_vars is {} at first') from fresh;
select col_type_is('public', 'sms_templates', 'required_vars', 'jsonb', 'required_vars is jsonb');
select col_is_null('public', 'sms_templates', 'required_vars', 'required_vars may be missing');
select is(required_vars, '[]', 'required_vars is [] at first') from fresh;
select col_type_is('public', 'sms_templates', 'max_length', 'integer', 'max_length is integer');
select col_is_null('public', 'sms_templates', 'max_length', 'max_length may be missing');
select is(max_length, 160, 'max_length is 160 at first') from fresh;
select col_type_is('public', 'sms_templates', 'is_active', 'boolean', 'is_active is boolean');
select col_is_null('public', 'sms_templates', 'is_active', 'is_active may be missing');
select is(is_active, true, 'is_active is true at first') from fresh;
select col_type_is('public', 'sms_templates', 'usage_count', 'integer', 'usage_count is integer');
select col_is_null('public', 'sms_templates', 'usage_count', 'usage_count may be missing');
select is(usage_count, 0, 'usage_count is 0 at first') from fresh;
select col_type_is('public', 'sms_templates', 'last_used_at', 'timestamp with time zone', 'last_used_at is timestamptz');
select col_is_null('public', 'sms_templates', 'last_used_at', 'last_used_at may be missing');
select is(last_used_at, null, 'last_used_at is empty at first') from fresh;
select col_type_is('public', 'sms_templates', 'created_by', 'uuid', 'created_by is uuid');
select col_is_null('public', 'sms_templates', 'created_by', 'created_by may be missing');
select is(created_by, null, 'created_by is empty at first') from fresh;
select col_type_is('public', 'sms_templates', 'created_at', 'timestamp with time zone', 'created_at is timestamptz');
select col_is_null('public', 'sms_templates', 'created_at', 'created_at may be missing');
select is(created_at, now(), 'created_at is the present') from fresh;
select col_type_is('public', 'sms_templates', 'updated_at', 'timestamp with time zone', 'updated_at is timestamptz');
select col_is_null('public', 'sms_templates', 'updated_at', 'updated_at may be missing');
select is(updated_at, now(), 'updated_at is the present') from fresh;

select * from finish();
rollback;
