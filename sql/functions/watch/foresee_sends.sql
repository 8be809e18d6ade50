-- What becomes of texts in a time to come, by the very gates of the claim. What a gate makes wait is asked about again
-- when that is over, until everything has found its time: a text that is moved to the next day takes its place in that
-- day's limit.
--
-- Played round by round, in which each text of a user may move once. What cannot change any more leaves the game: a
-- text that is blocked, and one that goes two days before anything of its user moves, since neither a day nor an hour
-- reaches so far. And of a heap that waits for the same instant the first fifty speak for the rest: once one of them
-- finds a limit used up, so will all that come after it.
create or replace function herald.foresee_sends(
  p_texts public.sms_messages[],
  p_at timestamptz[],
  p_until timestamptz
)
returns table (place bigint, at timestamptz, verdict text, gate text, evidence text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- Planned once a session: planning anew for each round costs more than the answer.
set plan_cache_mode = 'force_generic_plan'
set jit = 'off'
as $$
#variable_conflict use_column
declare
  v_texts public.sms_messages[] := p_texts;
  v_places bigint[] := array(select generate_series(1, cardinality(p_texts)));
  v_at timestamptz[] := p_at;
  -- Those that a limit has moved, which others may speak for.
  v_limited boolean[] := array_fill(false, array[coalesce(cardinality(p_texts), 0)]);
  v_ended bigint[];
  v_ended_at timestamptz[];
  v_verdict text[];
  v_gate text[];
  v_evidence text[];
begin
  -- A round ends a text or moves it on, towards p_until.
  while cardinality(v_texts) > 0 loop
    -- Full joins, though each row has its partner: they are never loops in loops, which the planner may take for the
    -- cheapest, since it does not know how long the arrays are.
    with state as materialized (
      select
        texts.text, texts.user_id, texts.expires_at, other.*,
        row_number() over (partition by texts.user_id, other.at order by texts.number) as rank
      from (
        select text, text.user_id, text.expires_at, row_number() over () as number from unnest(v_texts) as text
      ) as texts
      full join unnest(v_places, v_at, v_limited) with ordinality as other (place, at, is_limited, number)
        on other.number = texts.number
    ),
    numbered as materialized (
      select *, row_number() over (partition by is_asked order by number) as turn
      from (select *, not is_limited or rank <= 50 as is_asked from state) as split
    ),
    decided as materialized (
      select distinct on (said.place)
        said.place as turn, said.verdict, said.until,
        case when said.verdict <> 'pass' then said.gate end as gate,
        case when said.verdict <> 'pass' then said.evidence end as evidence
      from herald.decide_sms(
        (select array_agg(numbered.text order by turn) from numbered where is_asked),
        (select array_agg(numbered.at order by turn) from numbered where is_asked),
        p_is_brief => true
      ) as said
      order by
        said.place, case said.verdict when 'block' then 1 when 'defer' then 2 else 3 end,
        case when said.verdict = 'defer' then said.until end desc nulls first, said.gate_order
    ),
    spoken_for as materialized (
      select
        numbered.*, coalesce(decided.verdict, case when is_asked then 'pass' end) as verdict, decided.gate, decided.evidence,
        -- What of a digest has expired is taken out of it by the next tick, and nobody knows what is left of it then.
        case when decided.verdict = 'defer' and decided.gate <> 'not_expired' then decided.until end as moved_to,
        max(decided.until) filter (where decided.verdict = 'defer' and decided.gate = 'limits' and rank <= 50)
          over (partition by numbered.user_id, numbered.at) as rest_moves_to
      from numbered
      full join decided on decided.turn = case when numbered.is_asked then numbered.turn end
    ),
    moved as materialized (
      select
        *, min(next_at) filter (where next_at < p_until) over (partition by user_id) as first_move
      from (
        select
          *,
          case
            when is_asked then moved_to
            -- One that expires by then is asked itself.
            when rest_moves_to >= expires_at then at
            else coalesce(rest_moves_to, at)
          end as next_at
        from spoken_for
      ) as each
    ),
    played as materialized (
      select
        *,
        case
          when next_at is not null then next_at >= p_until
          -- It takes up some of what others want, but only of its day.
          when verdict = 'pass' then first_move is null or at < first_move - interval '2 days'
          -- Others may leave it a place yet, and how much of the limit is used is told.
          when gate = 'limits' then first_move is null or at < first_move
          else true
        end as is_final
      from moved
    )
    select
      array_agg(text order by number) filter (where not is_final),
      array_agg(place order by number) filter (where not is_final),
      array_agg(coalesce(next_at, at) order by number) filter (where not is_final),
      array_agg(coalesce(next_at > at and coalesce(gate = 'limits', true), false) order by number)
        filter (where not is_final),
      array_agg(place order by number) filter (where is_final),
      array_agg(coalesce(next_at, at) order by number) filter (where is_final),
      array_agg(verdict order by number) filter (where is_final),
      array_agg(gate order by number) filter (where is_final),
      array_agg(evidence order by number) filter (where is_final)
    into v_texts, v_places, v_at, v_limited, v_ended, v_ended_at, v_verdict, v_gate, v_evidence
    from played;

    return query select * from unnest(v_ended, v_ended_at, v_verdict, v_gate, v_evidence);
  end loop;
end;
$$;

comment on function herald.foresee_sends(public.sms_messages[], timestamptz[], timestamptz) is
$$What the gates will make of texts that wait, each from its instant on: where it stands in p_texts, when it goes or
ends, and pass, block, or defer if somebody has to lift that. What is moved to p_until or beyond is not played any
further.$$;

revoke execute on function herald.foresee_sends(public.sms_messages[], timestamptz[], timestamptz) from public;
grant execute on function herald.foresee_sends(public.sms_messages[], timestamptz[], timestamptz) to herald_runner;
