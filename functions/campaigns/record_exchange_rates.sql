create or replace function trimtab.record_exchange_rates(p_rates jsonb, p_source text)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rates are the same for everybody; only the engine and operators may bring them.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_faults text[];
  v_count integer;
begin
  if coalesce(jsonb_typeof(p_rates), 'null') <> 'array' or coalesce(btrim(p_source), '') = '' then
    raise exception 'exchange rates are an array of objects, and have a source'
      using errcode = 'TT022',
            detail = format('Found %s from %L.', coalesce(jsonb_typeof(p_rates), 'nothing'), p_source),
            hint = 'For example [{"from": "EUR", "to": "USD", "day": "2026-01-31", "rate": 1.08}].';
  end if;

  with given as (
    select
      r.position,
      r.value ->> 'from' as from_currency,
      r.value ->> 'to' as to_currency,
      r.value ->> 'day' as day,
      r.value ->> 'rate' as rate,
      regexp_match(r.value ->> 'day', '^([0-9]{4})-(0[1-9]|1[0-2])-([0-3][0-9])$')::integer[] as ymd
    from jsonb_array_elements(p_rates) with ordinality r (value, position)
  ), checked as (
    select
      g.*,
      count(*) over (partition by g.from_currency, g.to_currency, g.day) as rows_alike,
      coalesce(
        g.ymd[1] > 0
          and g.ymd[3] between 1 and extract(day from make_date(greatest(g.ymd[1], 1), g.ymd[2], 1) + interval '1 month - 1 day'),
        false) as is_day
    from given g
  )
  select array_agg(format('Rate %s: %s.', c.position, f.fault) order by c.position)
    into v_faults
  from checked c
  cross join lateral unnest(array[
    case when coalesce(c.from_currency, '') !~ '^[A-Z]{3}$' then format('from is %L, no ISO 4217 code', c.from_currency) end,
    case when coalesce(c.to_currency, '') !~ '^[A-Z]{3}$' then format('to is %L, no ISO 4217 code', c.to_currency) end,
    case when c.from_currency = c.to_currency then 'from and to are the same' end,
    case when not c.is_day then format('day is %L, no date like 2026-01-31', c.day) end,
    case
      when coalesce(c.rate, '') !~ '^[0-9]{1,12}(\.[0-9]{1,18})?$' or c.rate ~ '^[0.]+$'
        then format('rate is %L, no number above 0', c.rate)
    end,
    case when c.rows_alike > 1 then 'another one is for the same currencies and day' end
  ]) f (fault)
  where f.fault is not null;
  if v_faults is not null then
    raise exception 'none of the rates was recorded: % faults', cardinality(v_faults)
      using errcode = 'TT022',
            detail = array_to_string(v_faults[1:50], E'\n'),
            hint = 'Correct them and give all again: what is known already is left out.';
  end if;

  insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, recorded_at, rate, source)
  select g.from_currency, g.to_currency, g.day, trimtab.clock(), g.rate, btrim(p_source)
  from (
    select r.value ->> 'from', r.value ->> 'to', (r.value ->> 'day')::date, (r.value ->> 'rate')::numeric
    from jsonb_array_elements(p_rates) r (value)
  ) g (from_currency, to_currency, day, rate)
  where g.rate is distinct from (
    select known.rate
    from trimtab.exchange_rates known
    where known.from_currency = g.from_currency
      and known.to_currency = g.to_currency
      and known.valid_from = g.day
    order by known.recorded_at desc
    limit 1
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.record_exchange_rates(jsonb, text) is
  'Records exchange rates from an array of objects with from and to (ISO 4217), day (from when the rate holds) and rate (units of to for one of from), and where they come from. What is known already is left out; another rate for a known day is added beside it and counts from now on. Returns how many were new. Errors: TT022 with every fault, then nothing is recorded.';
alter function trimtab.record_exchange_rates(jsonb, text) owner to trimtab_definer;
grant execute on function trimtab.record_exchange_rates(jsonb, text) to trimtab_engine;
