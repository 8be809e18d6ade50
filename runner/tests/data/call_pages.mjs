// Runs calls as the reference shows them: node call_pages.mjs URL PAGES, a JSON file of [{name, token, code}], prints
// [{name, data, error}]. What they do is rolled back.
import { readFileSync } from 'node:fs'
import { createClient } from '@supabase/supabase-js'

const [url, pages] = process.argv.slice(2)
const AsyncFunction = (async () => {}).constructor
const answers = []
for (const { name, token, code } of JSON.parse(readFileSync(pages, 'utf8'))) {
  const supabase = createClient(url, token, {
    auth: { persistSession: false },
    global: { headers: { Prefer: 'tx=rollback' } },
  })
  answers.push({ name, ...(await new AsyncFunction('supabase', `${code}\nreturn { data, error }`)(supabase)) })
}
console.log(JSON.stringify(answers))
