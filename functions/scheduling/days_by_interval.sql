create or replace function trimtab.days_by_interval(
  p_every integer,
  p_unit text,
  p_anchor timestamp,
  p_month trimtab.calendar_months
)
  returns bigint
  language sql
  immutable
  parallel safe
begin atomic
  select case p_unit
    when 'day' then (
      select coalesce(bit_or(1::bigint << d.day), 0)
      from generate_series(
        1 + ((p_anchor::date - (p_month).month) % p_every + p_every) % p_every, (p_month).length, p_every
      ) d (day)
    )
    when 'week' then (
      select coalesce(bit_or(1::bigint << d.day), 0)
      from generate_series(1, (p_month).length) d (day)
      where (((p_month).month + d.day - 1 - date_trunc('week', p_anchor)::date) % (7 * p_every) + 7 * p_every) % (7 * p_every) < 7
    )
    when 'month' then
      case
        when ((p_month).number - (12 * date_part('year', p_anchor) + date_part('month', p_anchor) - 1)::integer) % p_every = 0
          then (p_month).days
        else 0
      end
    when 'year' then
      case when ((p_month).number / 12 - date_part('year', p_anchor)::integer) % p_every = 0 then (p_month).days else 0 end
  end;
end;
comment on function trimtab.days_by_interval(integer, text, timestamp, trimtab.calendar_months) is
  'The days of a month that belong to each nth day, week (from Monday), month or year, counted from that of the anchor both ways, as bits 1-31.';
grant execute on function trimtab.days_by_interval(integer, text, timestamp, trimtab.calendar_months)
  to trimtab_user, trimtab_engine, trimtab_definer;
