-- Names, argument names, their order, types and defaults, and results, as clients in the field know them. More arguments
-- may follow, with defaults.
begin;
select plan(57);

create temporary table known (name text, arguments text, result text) on commit drop;
insert into known values
('add_queue_job', 'p_user_id uuid, p_job_type text, p_metadata jsonb, p_priority integer DEFAULT 10, p_scheduled_for timestamp with time zone DEFAULT now(), p_dedup_key text DEFAULT NULL::text', 'uuid'),
('claim_pending_jobs', 'p_job_types text[], p_batch_size integer DEFAULT 5', 'TABLE(id uuid, queue_job_id text, user_id uuid, job_type text, metadata jsonb, status text, priority integer, attempts integer, max_attempts integer, scheduled_for timestamp with time zone, created_at timestamp with time zone, updated_at timestamp with time zone, started_at timestamp with time zone, completed_at timestamp with time zone, error_message text, processing_token uuid)'),
('complete_queue_job', 'p_job_id uuid, p_result jsonb DEFAULT NULL::jsonb, p_processing_token uuid DEFAULT NULL::uuid', 'boolean'),
('fail_queue_job', 'p_job_id uuid, p_error_message text, p_retry boolean DEFAULT true, p_processing_token uuid DEFAULT NULL::uuid', 'boolean'),
('reset_stalled_jobs', 'p_stall_timeout text DEFAULT ''5 minutes''::text, p_include_job_types text[] DEFAULT NULL::text[], p_exclude_job_types text[] DEFAULT NULL::text[]', 'integer'),
('cancel_job_with_reason', 'p_job_id uuid, p_reason text, p_allow_processing boolean DEFAULT false', 'boolean'),
('cancel_jobs_atomic', 'p_user_id uuid, p_job_type text, p_metadata_filter jsonb DEFAULT NULL::jsonb, p_allowed_statuses text[] DEFAULT ARRAY[''pending''::text, ''processing''::text]', 'TABLE(id uuid, queue_job_id text, job_type text, status text)'),
('delete_old_completed_queue_jobs', 'p_retention_days integer DEFAULT 30, p_batch_size integer DEFAULT 500, p_job_types text[] DEFAULT NULL::text[]', 'TABLE(deleted_count integer, oldest_deleted_completed_at timestamp with time zone, newest_deleted_completed_at timestamp with time zone)'),
('queue_sms_message', 'p_user_id uuid, p_phone_number text, p_message text, p_priority sms_priority DEFAULT ''normal''::sms_priority, p_scheduled_for timestamp with time zone DEFAULT NULL::timestamp with time zone, p_metadata jsonb DEFAULT ''{}''::jsonb', 'uuid'),
('update_sms_status_atomic', 'p_message_id uuid, p_twilio_sid text, p_twilio_status text, p_mapped_status text, p_error_code integer DEFAULT NULL::integer, p_error_message text DEFAULT NULL::text', 'TABLE(notification_delivery_id uuid, user_id uuid, sent_at timestamp with time zone, delivered_at timestamp with time zone, attempt_count integer, max_attempts integer, priority text, updated_sms boolean, updated_delivery boolean)'),
('check_and_increment_sms_daily_limit', 'p_user_id uuid, p_increment integer DEFAULT 1, p_default_limit integer DEFAULT 10, p_now timestamp with time zone DEFAULT now()', 'TABLE(allowed boolean, current_count integer, "limit" integer, reset_at timestamp with time zone, reason text)'),
('get_user_sms_channel_info', 'p_user_id uuid', 'TABLE(has_sms_available boolean, phone_number text, phone_verified boolean, phone_verified_at timestamp with time zone, opted_out boolean)'),
('cancel_scheduled_sms_for_event', 'p_calendar_event_id text, p_user_id uuid DEFAULT NULL::uuid', 'TABLE(cancelled_count integer, message_ids uuid[])'),
('get_scheduled_sms_for_user', 'p_user_id uuid, p_start_date timestamp with time zone DEFAULT now(), p_end_date timestamp with time zone DEFAULT NULL::timestamp with time zone, p_status text DEFAULT NULL::text', 'TABLE(id uuid, message_content text, message_type text, calendar_event_id text, event_title text, event_start timestamp with time zone, scheduled_for timestamp with time zone, status text, generated_via text, created_at timestamp with time zone)'),
('update_scheduled_sms_send_time', 'p_message_id uuid, p_new_scheduled_for timestamp with time zone, p_new_event_start timestamp with time zone DEFAULT NULL::timestamp with time zone, p_new_event_end timestamp with time zone DEFAULT NULL::timestamp with time zone', 'boolean'),
('get_sms_notification_stats', 'p_interval text DEFAULT ''24 hours''::text', 'TABLE(total_users_with_phone bigint, users_phone_verified bigint, users_sms_enabled bigint, users_opted_out bigint, phone_verification_rate numeric, sms_adoption_rate numeric, opt_out_rate numeric, total_sms_sent_24h bigint, sms_delivery_rate_24h numeric, avg_sms_delivery_time_seconds numeric)'),
('get_sms_daily_metrics', 'p_start_date date, p_end_date date', 'TABLE(metric_date date, scheduled_count integer, sent_count integer, delivered_count integer, failed_count integer, cancelled_count integer, avg_delivery_time_ms numeric, avg_generation_time_ms numeric, llm_success_count integer, template_fallback_count integer, delivery_success_rate numeric, llm_success_rate numeric, llm_cost_usd numeric, sms_cost_usd numeric, opt_out_count integer, quiet_hours_skip_count integer, daily_limit_hit_count integer, delivery_rate_percent numeric, llm_success_rate_percent numeric, active_users integer)'),
('get_user_sms_metrics', 'p_user_id uuid, p_days integer DEFAULT 30', 'TABLE(metric_date date, scheduled_count integer, sent_count integer, delivered_count integer, failed_count integer, llm_cost_usd numeric, delivery_rate numeric)'),
('create_tracking_link', 'p_delivery_id uuid, p_destination_url text', 'text'),
('generate_short_code', 'length integer DEFAULT 6', 'text'),
('get_link_click_stats', 'p_delivery_id uuid DEFAULT NULL::uuid, p_days_back integer DEFAULT 7', 'TABLE(total_links bigint, total_clicks bigint, unique_clicked_links bigint, click_through_rate numeric)'),
('emit_notification_event', 'p_event_type text, p_event_source text DEFAULT ''api_action''::text, p_actor_user_id uuid DEFAULT NULL::uuid, p_target_user_id uuid DEFAULT NULL::uuid, p_payload jsonb DEFAULT ''{}''::jsonb, p_metadata jsonb DEFAULT ''{}''::jsonb, p_scheduled_for timestamp with time zone DEFAULT NULL::timestamp with time zone', 'uuid'),
('get_notification_overview_metrics', 'p_interval text DEFAULT ''7 days''::text, p_offset text DEFAULT NULL::text', 'TABLE(total_sent bigint, delivery_success_rate numeric, avg_open_rate numeric, avg_click_rate numeric)'),
('get_notification_channel_performance', 'p_interval text DEFAULT ''7 days''::text', 'TABLE(channel text, total_sent bigint, sent bigint, delivered bigint, opened bigint, clicked bigint, failed bigint, success_rate numeric, delivery_rate numeric, open_rate numeric, click_rate numeric, avg_delivery_time_ms numeric)'),
('get_notification_delivery_timeline', 'p_interval text DEFAULT ''7 days''::text, p_granularity text DEFAULT ''day''::text', 'TABLE(time_bucket timestamp with time zone, sent bigint, delivered bigint, opened bigint, clicked bigint, failed bigint)'),
('get_notification_event_performance', 'p_interval text DEFAULT ''30 days''::text', 'TABLE(event_type text, total_events bigint, total_deliveries bigint, unique_subscribers bigint, avg_delivery_time_seconds numeric, open_rate numeric, click_rate numeric)'),
('get_notification_failed_deliveries', 'p_interval text DEFAULT ''24 hours''::text, p_limit integer DEFAULT 50', 'TABLE(delivery_id uuid, event_id uuid, event_type text, channel text, recipient_user_id uuid, recipient_email text, last_error text, attempts integer, max_attempts integer, created_at timestamp with time zone, failed_at timestamp with time zone)'),
('get_notification_active_subscriptions', '', 'TABLE(user_id uuid, email text, name text, subscribed_events text[], push_enabled boolean, email_enabled boolean, sms_enabled boolean, in_app_enabled boolean, last_notification_sent timestamp with time zone)');

select is(left(pg_get_function_arguments(p.oid), length(arguments)), arguments, name || ' takes its arguments')
from known left join pg_proc as p on p.proname = name and p.pronamespace = 'public'::regnamespace;
select is(pg_get_function_result(p.oid), result, name || ' returns what it always did')
from known left join pg_proc as p on p.proname = name and p.pronamespace = 'public'::regnamespace;
select is_empty(
  $$
  select name from known
  inner join pg_proc as p on p.proname = name and p.pronamespace = 'public'::regnamespace
  where p.pronargs - p.pronargdefaults > array_length(regexp_split_to_array(regexp_replace(arguments, ',?[^,]*DEFAULT.*', ''), ', '), 1)
  $$, 'what was optional is optional, and what is new is, too'
);

select * from finish();
rollback;
