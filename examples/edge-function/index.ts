// pgherald's web endpoint as a Supabase Edge Function: Twilio's reports, the texts that come in, and short links. Each
// request is one call of the SQL function that `pgherald serve` calls as well.
//
//   supabase functions deploy pgherald --no-verify-jwt
//   supabase secrets set TWILIO_AUTH_TOKEN=… PUBLIC_URL=https://<project>.supabase.co/functions/v1/pgherald
//
// Then: PGHERALD_CALLBACK_URL=$PUBLIC_URL/twilio/status for the runner; $PUBLIC_URL/twilio/inbound at Twilio, as what
// happens when a text comes in; and update herald.settings set link_base_url = '$PUBLIC_URL'.

const AUTH_TOKEN = needed("TWILIO_AUTH_TOKEN");
const PUBLIC_URL = needed("PUBLIC_URL").replace(/\/+$/, "");
const REST_URL = `${needed("SUPABASE_URL")}/rest/v1/rpc`;
const SERVICE_KEY = needed("SUPABASE_SERVICE_ROLE_KEY");

const LARGEST_BODY = 64 * 1024;
// Who and what: the logs keep neither numbers, nor where they are at home, nor words.
const PRIVATE = /^(To|From|Body|ForwardedFrom|Caller|Called|SmsSid|AccountSid)/;
const OWN = new Set(["MessageSid", "MessageStatus", "ErrorCode", "OptOutType"]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

type Fields = Map<string, string>;

Deno.serve(async (request: Request): Promise<Response> => {
  const url = new URL(request.url);
  // Supabase calls the function with its name in front of the path.
  const path = url.pathname.replace(/^\/(functions\/v1\/)?[^/]+/, "");
  const link = /^\/l\/([0-9A-Za-z]{1,64})$/.exec(path);
  if (link) {
    return request.method === "GET" || request.method === "HEAD"
      ? await follow(link[1], request)
      : plain("only GET and HEAD", 405);
  }
  if (path !== "/twilio/status" && path !== "/twilio/inbound") return plain("there is nothing here", 404);
  if (request.method !== "POST") return plain("only POST", 405);

  const fields = await signedFields(request, `${PUBLIC_URL}${path}${url.search}`);
  if (fields === null) return plain("the signature is missing or wrong", 403);
  return path === "/twilio/status" ? await takeStatus(fields, url) : await takeText(fields);
});

async function takeStatus(fields: Fields, url: URL): Promise<Response> {
  const attempt = url.searchParams.get("m");
  const code = fields.get("ErrorCode") || null;
  if (attempt && !UUID.test(attempt)) return plain("m is not the id of an attempt", 400);
  if (code && !/^[0-9]{1,9}$/.test(code)) return plain("ErrorCode is not a number", 400);
  const answer = await call("record_twilio_status", {
    p_attempt_id: attempt,
    p_message_sid: fields.get("MessageSid") ?? "",
    p_message_status: fields.get("MessageStatus") ?? "",
    p_error_code: code && Number(code),
    p_parameters: others(fields),
  });
  return answer.ok ? new Response(null, { status: 204 }) : unrecorded(answer);
}

async function takeText(fields: Fields): Promise<Response> {
  const answer = await call("receive_sms", {
    p_twilio_sid: fields.get("MessageSid") ?? "",
    p_from: fields.get("From") ?? "",
    p_to: fields.get("To") ?? "",
    p_body: fields.get("Body") ?? "",
    p_opt_out_type: fields.get("OptOutType") || null,
    p_parameters: others(fields),
  });
  // Twilio answers STOP, START and HELP by itself.
  return answer.ok ? new Response(NOTHING_TO_SAY, { headers: { "Content-Type": "text/xml" } }) : unrecorded(answer);
}

async function follow(code: string, request: Request): Promise<Response> {
  const answer = await call("follow_link", {
    p_short_code: code,
    p_user_agent: (request.headers.get("User-Agent") ?? "").slice(0, 1000),
    p_method: request.method,
  });
  if (answer.status === 404) return plain("there is no such link", 404);
  if (answer.status === 410) return plain("this link has expired", 410);
  const target = answer.headers.get("Location");
  if (answer.status !== 302 || !target) return plain("the database does not answer", 503);
  return new Response(null, { status: 302, headers: { "Location": target, "Cache-Control": "no-store" } });
}

function call(name: string, parameters: Record<string, unknown>): Promise<Response> {
  return fetch(`${REST_URL}/${name}`, {
    method: "POST",
    // follow_link has PostgREST answer with the redirect that is meant for the visitor.
    redirect: "manual",
    headers: { "Content-Type": "application/json", "apikey": SERVICE_KEY, "Authorization": `Bearer ${SERVICE_KEY}` },
    body: JSON.stringify(parameters),
    signal: AbortSignal.timeout(10_000), // Twilio waits for 15 seconds.
  }).catch((error) => {
    console.error(`${name}: ${error.name}`);
    return new Response(null, { status: 503 });
  });
}

// What cannot be recorded is not acknowledged, so that Twilio sends it again; what makes no sense never will.
async function unrecorded(answer: Response): Promise<Response> {
  const { code } = await answer.json().catch(() => ({ code: null }));
  console.error(`not recorded: status ${answer.status}, SQLSTATE ${code}`);
  return code === "22004" || code === "22023"
    ? plain("this makes no sense", 400)
    : plain("not recorded, send it again", 503);
}

// Base64 of HMAC-SHA1 over the public address and the fields, sorted by name. Nothing is said about a request before.
async function signedFields(request: Request, address: string): Promise<Fields | null> {
  const given = decoded(request.headers.get("X-Twilio-Signature") ?? "");
  const body = given && (await bounded(request));
  if (!given || body === null) return null;
  const pairs = [...new URLSearchParams(body)];
  const fields: Fields = new Map(pairs);
  if (fields.size !== pairs.length) return null;

  const names = [...fields.keys()].sort();
  const signed = new TextEncoder().encode(address + names.map((name) => name + fields.get(name)).join(""));
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(AUTH_TOKEN),
    { name: "HMAC", hash: "SHA-1" },
    false,
    ["verify"],
  );
  // Takes as long for a wrong one as for the right one.
  return (await crypto.subtle.verify("HMAC", key, given, signed)) ? fields : null;
}

async function bounded(request: Request): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > LARGEST_BODY) return null;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let place = 0;
  for (const chunk of chunks) {
    whole.set(chunk, place);
    place += chunk.byteLength;
  }
  return new TextDecoder().decode(whole);
}

function decoded(base64: string): ArrayBuffer | null {
  try {
    return base64 ? Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer as ArrayBuffer : null;
  } catch {
    return null;
  }
}

function others(fields: Fields): Record<string, string> {
  return Object.fromEntries([...fields].filter(([name]) => !OWN.has(name) && !PRIVATE.test(name)));
}

function plain(words: string, status: number): Response {
  return new Response(`${words}\n`, { status, headers: { "Content-Type": "text/plain; charset=utf-8" } });
}

function needed(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
