-- "3 updates: a; b; c": whole ones as long as there is room, and how many more there are. One that is too long by
-- itself gives way to its title.
create or replace function herald.list_updates(p_words text[], p_titles text[], p_room integer)
returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  with updates as (
    select
      ordinality,
      regexp_replace(
        case when char_length(words) <= p_room / 2 then words else left(title, p_room / 2) end, '\s+', ' ', 'g'
      ) as words
    from unnest(p_words, p_titles) with ordinality as given (words, title, ordinality)
  ),
  measured as (
    select *, sum(char_length(words) + 2) over (order by ordinality) as room_taken from updates
  )
  select
    format('%s updates: ', cardinality(p_words))
    || string_agg(words, '; ' order by ordinality) filter (where room_taken <= p_room)
    || case
      when count(*) filter (where room_taken > p_room) > 0
        then format('; and %s more', count(*) filter (where room_taken > p_room))
      else ''
    end
  from measured;
$$;

comment on function herald.list_updates(text[], text[], integer) is
'One line that tells of several events, in about p_room characters.';

revoke execute on function herald.list_updates(text[], text[], integer) from public;
grant execute on function herald.list_updates(text[], text[], integer) to herald_runner;
