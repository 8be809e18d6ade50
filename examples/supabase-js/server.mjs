// What a server does, with the service role's key: npm install, then
//   SUPABASE_URL=… SUPABASE_SERVICE_ROLE_KEY=… node server.mjs USER_ID
import { createClient } from '@supabase/supabase-js'

const supabase = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_SERVICE_ROLE_KEY, {
  auth: { persistSession: false },
})
const userId = process.argv[2]
const tomorrow = new Date(Date.now() + 24 * 3600 * 1000)

// A null number is the user's own. The key makes a second request the first one again.
const text = {
  p_user_id: userId,
  p_phone_number: null,
  p_message: 'See you tomorrow.',
  p_scheduled_for: tomorrow.toISOString(),
  p_idempotency_key: `booking-${tomorrow.getTime()}`,
}
const messageId = await call('queue_sms_message', text)
console.log('the same text:', messageId === (await call('queue_sms_message', text)))

// Three times a week, on the user's own clock.
const seriesId = await call('queue_sms_message', {
  p_user_id: userId,
  p_phone_number: null,
  p_message: 'Time to stretch.',
  p_scheduled_for: tomorrow.toISOString(),
  p_recurrence_pattern: 'FREQ=WEEKLY;BYDAY=MO,WE,FR',
})
console.log('occurrences:', await call('list_sms_occurrences', { p_series_id: seriesId, p_limit: 3 }))

// Whoever is subscribed hears of it, by the channels they want.
const eventId = await call('emit_notification_event', {
  p_event_type: 'calendar.sync_failed',
  p_target_user_id: userId,
  p_payload: { title: 'Your calendar is out of date', body: 'Sign in again.' },
})
console.log('told:', await call('explain_notification', { p_event_id: eventId, p_user_id: userId }))

// Why does it wait, or not go?
console.log('gates:', await call('explain_sms', { p_message_id: messageId }))

// Branch on error.code, never on the words.
const { error } = await supabase.rpc('queue_sms_message', { ...text, p_message: 'Other words.' })
console.log('refused:', error.code, error.message, error.hint)

async function call(name, args) {
  const { data, error } = await supabase.rpc(name, args)
  if (error) throw new Error(`${name}: ${error.code} ${error.message}. ${error.hint}`)
  return data
}
