-- How many numbers were taken out, and how many came back, on each UTC day, by the ledger of consent.
create or replace view public.daily_opt_outs
with (security_invoker = true) as
select
  (recorded_at at time zone 'UTC')::date as day,
  -- A number of several users has a line for each of them, and is one number.
  count(distinct holder) filter (where change = 'opted_out') as opt_outs,
  count(distinct holder) filter (where change = 'opted_in') as opt_ins
from (
  select recorded_at, change, coalesce(encode(number_hash, 'hex'), user_id::text, id::text) as holder
  from herald.consent_log
) as told
group by 1;

comment on view public.daily_opt_outs is
'Numbers that opted out and in, by UTC day. A number that did so twice on a day counts once; no change, no row.';

revoke all on public.daily_opt_outs from public;
grant select on public.daily_opt_outs to herald_runner;
