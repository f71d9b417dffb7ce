create or replace function trimtab.next_local(
  p_minutes bigint,
  p_hours integer,
  p_days bigint,
  p_weekdays bigint,
  p_is_either boolean,
  p_months integer,
  p_every integer,
  p_unit text,
  p_anchor timestamp,
  p_after timestamp
)
  returns table (local_at timestamp)
  language sql
  stable
  parallel safe
  rows 1
begin atomic
  select case
    when p_unit = 'once' then case when p_anchor > p_after then p_anchor end
    -- On days of the week alone, it is one of the next seven days.
    when p_days = 4294967294 and p_weekdays < 128 and p_months = 4095 and p_unit is null and not p_is_either then
      case
        when t.minute is not null and p_weekdays >> t.weekday & 1 = 1 then t.today + make_interval(mins => t.minute)
        else t.today
          + (1 + trimtab.lowest_bit(p_weekdays * 129 >> (t.weekday + 1)))
          + make_interval(mins => 60 * trimtab.lowest_bit(p_hours) + trimtab.lowest_bit(p_minutes))
      end
    else (
      select (c.month + (c.day - 1))
        + make_interval(mins => case
            when t.minute is not null and c.month + (c.day - 1) = t.today then t.minute
            else 60 * trimtab.lowest_bit(p_hours) + trimtab.lowest_bit(p_minutes)
          end)
      from (
        select m.month, trimtab.lowest_bit(m.days >> m.first << m.first) as day
        from (
          select
            c.month,
            trimtab.month_days(p_days, p_weekdays, p_is_either, c)
              & case when p_unit is null then -1 else trimtab.days_by_interval(p_every, p_unit, p_anchor, c) end as days,
            greatest(t.first_day - c.month + 1, 0) as first
          from trimtab.calendar_months c
          where c.month >= date_trunc('month', t.first_day::timestamp)::date
            and c.month_bit & p_months <> 0
        ) m
        where m.days >> m.first <> 0
        -- Without OFFSET 0 further in: the first month is then read by the index, whatever is known of the table.
        order by m.month
        limit 1
      ) c
    )
  end
  from (
    -- The minute of today, if there is one left, and the day from which on to look.
    select
      b.today, b.minute,
      b.today + case when b.minute is null then 1 else 0 end as first_day,
      (b.today - date '0001-01-07') % 7 as weekday
    from (
      select
        a.today,
        case
          when p_hours >> a.hour & 1 = 1 and p_minutes >> a.minute <> 0
            then 60 * a.hour + a.minute + trimtab.lowest_bit(p_minutes >> a.minute)
          when p_hours >> (a.hour + 1) <> 0
            then 60 * (a.hour + 1 + trimtab.lowest_bit(p_hours >> (a.hour + 1))) + trimtab.lowest_bit(p_minutes)
        end as minute
      from (
        select
          date_part('hour', n.at)::integer as hour,
          date_part('minute', n.at)::integer as minute,
          n.at::date as today
        from (select greatest(p_after, p_anchor - interval '1 minute') + interval '1 minute' as at offset 0) n
        offset 0
      ) a
      offset 0
    ) b
  ) t
  offset 0;
end;
comment on function trimtab.next_local(bigint, integer, bigint, bigint, boolean, integer, integer, text, timestamp, timestamp) is
  'The first local time of a plan (the fields of schedule_plan but elapsed) after a local time, to the minute; null when there is none until 2100. In FROM it becomes part of the query.';
grant execute on function trimtab.next_local(bigint, integer, bigint, bigint, boolean, integer, integer, text, timestamp, timestamp)
  to trimtab_user, trimtab_engine, trimtab_definer;
