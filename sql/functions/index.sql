-- The table of contents, and the installation of all of it: psql -1 -v ON_ERROR_STOP=1 -f sql/functions/index.sql
--
-- Rooms and files stand in alphabetical order. A file may use what a later one makes: bodies are read at the end, by
-- sweep.sql, which also drops what is no longer listed here.
set local lock_timeout = '5s';
set local check_function_bodies = off;

-- What is here and not ours is noted first: create or replace would take an application's function for an older one of
-- ours, and the sweep could not tell any more.
do $found$
begin
  if to_regclass('herald.installed_routines') is null then
    raise exception 'the schema is not here yet'
      using errcode = '42P01', hint = 'The migrations come before the functions: pgherald migrate runs both.';
  end if;

  perform pg_catalog.set_config(
    'herald.found',
    'others' || coalesce(
      (
        select string_agg(' ' || class::oid || ':' || id, '')
        from (
          select 'pg_catalog.pg_proc'::regclass as class, oid as id, pronamespace as namespace
          from pg_catalog.pg_proc
          union all
          select 'pg_catalog.pg_class'::regclass, oid, relnamespace
          from pg_catalog.pg_class
          where relkind = 'v'
        ) as routine
        cross join lateral pg_catalog.pg_identify_object(routine.class, routine.id, 0) as this
        where routine.namespace::regnamespace::text in ('herald', 'public')
          and this.type || ' ' || this.identity not in (select signature from herald.installed_routines)
      ),
      ''
    ),
    true
  );
end;
$found$;

\ir access/current_user_id.sql
\ir access/free_users.sql
\ir access/read_own_notifications.sql
\ir access/require_right_over.sql
\ir access/require_signed_in_user.sql
\ir access/subscribe_new_users.sql
\ir access/user_exists.sql
\ir consent/accept_number.sql
\ir consent/ask_verify.sql
\ir consent/begin_verification.sql
\ir consent/check_verification.sql
\ir consent/claim_verify_requests.sql
\ir consent/confirm_phone_verification.sql
\ir consent/country_code.sql
\ir consent/end_verification.sql
\ir consent/end_verifications.sql
\ir consent/follow_number.sql
\ir consent/lock_number.sql
\ir consent/number_hash.sql
\ir consent/opt_in_number.sql
\ir consent/opt_out_number.sql
\ir consent/plain_words.sql
\ir consent/read_reply.sql
\ir consent/record_consent.sql
\ir consent/record_verify_result.sql
\ir consent/redact_codes.sql
\ir consent/reply_needs_review.sql
\ir consent/standing_opt_out.sql
\ir consent/start_phone_verification.sql
\ir consent/start_texts.sql
\ir consent/stop_texts.sql
\ir consent/suppress_number.sql
\ir consent/take_number.sql
\ir consent/verification_wait.sql
\ir guard/check_delivery.sql
\ir guard/check_filters.sql
\ir guard/check_notification_preferences.sql
\ir guard/check_notification_subscription.sql
\ir guard/check_policy.sql
\ir guard/check_push_subscription.sql
\ir guard/check_sms_message.sql
\ir guard/check_sms_preferences.sql
\ir guard/check_sms_series.sql
\ir guard/create_preferences.sql
\ir guard/deliver_in_app.sql
\ir guard/drop_sms_job.sql
\ir guard/end_delivery_without_text.sql
\ir guard/end_held_sms_job.sql
\ir guard/end_planned_texts.sql
\ir guard/end_text_without_series.sql
\ir guard/enforce_transition.sql
\ir guard/give_sms_job.sql
\ir guard/integer_or_null.sql
\ir guard/is_blank.sql
\ir guard/keep_consent_log.sql
\ir guard/keep_delivery_in_step.sql
\ir guard/keep_event_immutable.sql
\ir guard/keep_notification_in_step.sql
\ir guard/keep_sms_in_doubt.sql
\ir guard/keep_sms_in_step.sql
\ir guard/look_for_sms_in_doubt.sql
\ir guard/mask_phone.sql
\ir guard/move_sms_job.sql
\ir guard/move_with_user.sql
\ir guard/outlive_user.sql
\ir guard/plan_own_routines.sql
\ir guard/plan_sms_look.sql
\ir guard/quote_key.sql
\ir guard/record_wishes.sql
\ir guard/refuse_unknown.sql
\ir guard/release_dedup_key.sql
\ir guard/renew_preferences.sql
\ir guard/require_e164.sql
\ir guard/require_event_type.sql
\ir guard/require_interval.sql
\ir guard/require_preference.sql
\ir guard/require_rrule.sql
\ir guard/require_sendable.sql
\ir guard/require_series.sql
\ir guard/require_short_key.sql
\ir guard/require_time_ahead.sql
\ir guard/require_time_zone.sql
\ir guard/supersede_verification.sql
\ir guard/timestamptz_or_null.sql
\ir guard/touch_updated_at.sql
\ir guard/unlink_sms_job.sql
\ir guard/uuid_or_null.sql
\ir intake/cancel_scheduled_sms_for_event.sql
\ir intake/cancel_sms.sql
\ir intake/cancel_sms_for.sql
\ir intake/cancel_texts.sql
\ir intake/change_sms_occurrence.sql
\ir intake/change_sms_series.sql
\ir intake/emit_notification_event.sql
\ir intake/end_sms_series.sql
\ir intake/find_occurrence.sql
\ir intake/get_scheduled_sms_for_user.sql
\ir intake/queue_sms_message.sql
\ir intake/redact_notification_event.sql
\ir intake/reschedule_sms.sql
\ir intake/skip_sms_occurrence.sql
\ir intake/subscribe_users.sql
\ir intake/text_of_occurrence.sql
\ir intake/update_scheduled_sms_send_time.sql
\ir message/create_tracking_link.sql
\ir message/digest_events.sql
\ir message/event_words.sql
\ir message/fill_template.sql
\ir message/find_urls.sql
\ir message/first_words.sql
\ir message/free_codes.sql
\ir message/generate_short_code.sql
\ir message/grapheme_letters.sql
\ir message/is_web_address.sql
\ir message/keep_links.sql
\ir message/known_links.sql
\ir message/list_updates.sql
\ir message/make_links.sql
\ir message/measure_sms.sql
\ir message/missing_template_vars.sql
\ir message/notification_words.sql
\ir message/plan_links.sql
\ir message/render_sms_template.sql
\ir message/short_codes.sql
\ir message/shorten_urls.sql
\ir message/shortened_length.sql
\ir message/sms_segment_count.sql
\ir message/sms_segments.sql
\ir message/split_urls.sql
\ir message/word_notification_texts.sql
\ir plan/deliver_notifications.sql
\ir plan/expand_rrule.sql
\ir plan/flush_digests.sql
\ir plan/fold_template_uses.sql
\ir plan/gather_event.sql
\ir plan/occurrences.sql
\ir plan/parse_rrule.sql
\ir plan/plan_routines.sql
\ir plan/plan_texts.sql
\ir plan/promote_due_messages.sql
\ir plan/promote_messages.sql
\ir plan/promote_notifications.sql
\ir plan/recur_series.sql
\ir plan/rest_of_rrule.sql
\ir plan/retell_digests.sql
\ir plan/series_zone.sql
\ir plan/tell_latecomers.sql
\ir plan/tell_users.sql
\ir plan/tick.sql
\ir plan/write_notification_texts.sql
\ir plan/write_occurrences.sql
\ir policy/check_and_increment_sms_daily_limit.sql
\ir policy/count_against_limits.sql
\ir policy/count_sms.sql
\ir policy/decide_notifications.sql
\ir policy/decide_sms.sql
\ir policy/filters_match.sql
\ir policy/get_user_sms_channel_info.sql
\ir policy/instant_of.sql
\ir policy/is_condition.sql
\ir policy/known_zone.sql
\ir policy/quiet_hours_end.sql
\ir policy/quiet_spans.sql
\ir policy/shelf_life.sql
\ir policy/sms_channels.sql
\ir policy/utc_text.sql
\ir queue/add_queue_job.sql
\ir queue/adopt_notification_jobs.sql
\ir queue/adopt_sms_jobs.sql
\ir queue/cancel_job_with_reason.sql
\ir queue/cancel_jobs.sql
\ir queue/cancel_jobs_atomic.sql
\ir queue/check_claim.sql
\ir queue/claim_jobs.sql
\ir queue/claim_pending_jobs.sql
\ir queue/complete_queue_job.sql
\ir queue/delete_old_completed_queue_jobs.sql
\ir queue/expire_leases.sql
\ir queue/extend_leases.sql
\ir queue/fail_queue_job.sql
\ir queue/hand_back_jobs.sql
\ir queue/job_priority.sql
\ir queue/lease_jobs.sql
\ir queue/lock_dedup_key.sql
\ir queue/next_claim_at.sql
\ir queue/notify_runners.sql
\ir queue/parse_job_types.sql
\ir queue/prune_jobs.sql
\ir queue/redrive_queue_job.sql
\ir queue/refuse_stale_lease.sql
\ir queue/reset_stalled_jobs.sql
\ir queue/retry_delay.sql
\ir queue/wake_runners.sql
\ir send/admit_notifications.sql
\ir send/admit_sms.sql
\ir send/claim_notifications.sql
\ir send/claim_sms.sql
\ir send/claim_sms_to_reconcile.sql
\ir send/classify_answer.sql
\ir send/classify_delivery_answer.sql
\ir send/current_attempt.sql
\ir send/hand_back_unseen_sms.sql
\ir send/hold_sms.sql
\ir send/match_sms_in_list.sql
\ir send/next_look_at.sql
\ir send/record_notification_results.sql
\ir send/record_sms_reconciliation.sql
\ir send/record_sms_results.sql
\ir send/redrive_notification.sql
\ir send/redrive_sms.sql
\ir send/register_sender.sql
\ir send/resolve_sms_in_doubt.sql
\ir send/settle_sms.sql
\ir track/apply_sms_report.sql
\ir track/follow_link.sql
\ir track/heed_report.sql
\ir track/keep_from_resending.sql
\ir track/lock_text.sql
\ir track/map_twilio_status.sql
\ir track/mark_opened.sql
\ir track/place_early_reports.sql
\ir track/receive_sms.sql
\ir track/record_link_click.sql
\ir track/record_twilio_status.sql
\ir track/status_rank.sql
\ir track/update_sms_status_atomic.sql
\ir watch/count_unread_notifications.sql
\ir watch/explain_notification.sql
\ir watch/explain_sms.sql
\ir watch/foresee_sends.sql
\ir watch/get_link_click_stats.sql
\ir watch/get_notification_active_subscriptions.sql
\ir watch/get_notification_channel_performance.sql
\ir watch/get_notification_delivery_timeline.sql
\ir watch/get_notification_event_performance.sql
\ir watch/get_notification_failed_deliveries.sql
\ir watch/get_notification_overview_metrics.sql
\ir watch/get_sms_daily_metrics.sql
\ir watch/get_sms_notification_stats.sql
\ir watch/get_user_sms_metrics.sql
\ir watch/is_ticking.sql
\ir watch/list_notifications.sql
\ir watch/list_scheduled_sms.sql
\ir watch/list_sms_occurrences.sql
\ir watch/metrics.sql
\ir watch/notification_facts.sql
\ir watch/percent.sql
\ir watch/preview_sends.sql
\ir watch/sms_days.sql
\ir sweep.sql
