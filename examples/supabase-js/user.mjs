// What a signed-in user may do: npm install, then
//   SUPABASE_URL=… SUPABASE_ANON_KEY=… USER_TOKEN=… node user.mjs USER_ID
// In an application supabase.auth has signed the user in and knows the token; here it comes from outside.
import { createClient } from '@supabase/supabase-js'

const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_ANON_KEY, {
  accessToken: async () => process.env.USER_TOKEN,
})
const userId = process.argv[2]

// The list in the application, and its mark.
console.log('unread:', await of(supabase.rpc('count_unread_notifications')))
const notifications = await of(supabase.rpc('list_notifications', { p_limit: 20 }))
console.log('marked:', await of(supabase.rpc('mark_opened', { p_delivery_ids: notifications.map(({ id }) => id) })))

// Switches and quiet hours of texts, and the channels of one kind of event.
console.log(
  'preferences:',
  await of(
    supabase
      .from('user_sms_preferences')
      .upsert(
        { user_id: userId, evening_recap_enabled: false, quiet_hours_start: '21:00', quiet_hours_end: '08:00' },
        { onConflict: 'user_id' },
      )
      .select('evening_recap_enabled,quiet_hours_start,quiet_hours_end')
      .single(),
  ),
)
await of(
  supabase
    .from('user_notification_preferences')
    .update({ email_enabled: true, push_enabled: false })
    .eq('event_type', 'calendar.sync_failed'),
)

// What is to come, and one text less.
const [next] = await of(supabase.rpc('list_scheduled_sms').eq('status', 'scheduled').limit(1))
console.log('next:', await of(supabase.rpc('explain_sms', { p_message_id: next.message_id })))
console.log('cancelled:', await of(supabase.rpc('cancel_sms', { p_message_id: next.message_id })))

// A code by text; confirm_phone_verification takes what the user reads there.
console.log(
  'code:',
  await of(supabase.rpc('start_phone_verification', { p_user_id: userId, p_phone_number: '+12025550172' }).single()),
)

async function of(request) {
  const { data, error } = await request
  if (error) throw new Error(`${error.code} ${error.message}. ${error.hint}`)
  return data
}
