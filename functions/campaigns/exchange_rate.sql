create or replace function trimtab.exchange_rate(
  p_from text,
  p_to text,
  p_day date,
  p_known_at timestamptz default null
)
  returns numeric
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case
    when p_from = p_to then 1
    else (
      select found.rate
      from (
        (
          select r.valid_from, r.rate, 1 as preference
          from trimtab.exchange_rates r
          where r.from_currency = p_from
            and r.to_currency = p_to
            and r.valid_from <= p_day
            and r.recorded_at <= coalesce(p_known_at, 'infinity')
          order by r.valid_from desc, r.recorded_at desc
          limit 1
        )
        union all
        (
          select r.valid_from, 1 / r.rate, 2
          from trimtab.exchange_rates r
          where r.from_currency = p_to
            and r.to_currency = p_from
            and r.valid_from <= p_day
            and r.recorded_at <= coalesce(p_known_at, 'infinity')
          order by r.valid_from desc, r.recorded_at desc
          limit 1
        )
      ) found
      order by found.valid_from desc, found.preference
      limit 1
    )
  end
$$;
comment on function trimtab.exchange_rate(text, text, date, timestamptz) is
  'How many units of p_to one unit of p_from was worth on a day, as far as it was known at p_known_at (null: now): the latest rate that had begun, of the pair or of its inverse, the pair itself where both began on one day. 1 for the same currency; null when there is none.';
grant execute on function trimtab.exchange_rate(text, text, date, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
