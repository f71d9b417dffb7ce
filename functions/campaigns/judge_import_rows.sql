create or replace function trimtab.judge_import_rows(p_org_id uuid, p_options jsonb)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_most constant numeric := 1e15;
  c_longest constant integer := 2000;  -- bytes; names are parts of keys
  v_platforms constant text[] := (select array_agg(p.code) from trimtab.platforms p);
  v_zone text;
  v_last_day date;
  v_first_day date := trimtab.oldest_day_kept(p_org_id);
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  select o.time_zone, (trimtab.clock() at time zone o.time_zone)::date + 1 into v_zone, v_last_day
  from trimtab.organizations o
  where o.org_id = p_org_id;

  -- Hours are kept by their start, and belong to the local day in which they start.
  update pg_temp.trimtab_import i
  set hour = h.hour, day = (h.hour at time zone v_zone)::date
  from (
    select j.ctid as place,
           date_trunc('hour', coalesce(j.hour, (j.day + make_interval(hours => j.local_hour)) at time zone v_zone), v_zone) as hour
    from pg_temp.trimtab_import j
    where j.hour is not null
      or j.local_hour between 0 and 23 and j.day between date '0001-01-01' and v_last_day
  ) h
  where i.ctid = h.place and h.hour is not null;

  -- A row that names no campaign is the account's total only if its figures are the sums of the file, or of its day.
  if exists (select from pg_temp.trimtab_import i where i.skipped = 'blank_name') then
    update pg_temp.trimtab_import i
    set skipped = null
    from (
      select b.ctid as place
      from pg_temp.trimtab_import b
      cross join (
        select sum(s.spend) as spend, sum(s.impressions) as impressions, 0.01 * count(*) as tolerance
        from pg_temp.trimtab_import s
        where s.skipped is null
      ) whole
      left join (
        select s.day, sum(s.spend) as spend, sum(s.impressions) as impressions, 0.01 * count(*) as tolerance
        from pg_temp.trimtab_import s
        where s.skipped is null
        group by s.day
      ) days on days.day = b.day
      where b.skipped = 'blank_name'
        and not coalesce(abs(b.spend - whole.spend) <= whole.tolerance and coalesce(b.impressions = whole.impressions, true), false)
        and not coalesce(abs(b.spend - days.spend) <= days.tolerance and coalesce(b.impressions = days.impressions, true), false)
    ) w
    where i.ctid = w.place;
  end if;

  update pg_temp.trimtab_import i
  set faults = coalesce(i.faults, '[]') || w.faults
  from (
    select j.ctid as place, f.faults
    from pg_temp.trimtab_import j
    cross join lateral (
      select jsonb_agg(jsonb_build_object(
          'column', coalesce(p_options #>> array['headings', x.field], x.field),
          'field', x.field, 'value', x.value, 'reason', x.reason) order by x.place) as faults
      from (
        values
          (1, 'title', j.title, case
            when j.campaign_id is null and coalesce(btrim(j.external_id), '') = '' and coalesce(btrim(j.title), '') = ''
              then 'no campaign is named'
            when octet_length(j.title) > c_longest then format('longer than %s bytes', c_longest) end),
          (2, 'external_id', j.external_id, case
            when octet_length(j.external_id) > c_longest then format('longer than %s bytes', c_longest) end),
          (3, 'campaign_id', j.campaign_id::text, case
            when not exists (select from trimtab.campaigns c where c.org_id = p_org_id and c.id = j.campaign_id)
              and j.campaign_id is not null then 'the organization has no such campaign' end),
          (4, 'platform', j.platform, case
            when j.platform is not null and not exists (select from trimtab.platforms p where p.code = j.platform)
              then 'no known platform: ' || (select string_agg(p.code, ', ' order by p.code) from trimtab.platforms p) end),
          (5, 'campaign_status', j.campaign_status, case
            when j.campaign_status not in ('draft', 'active', 'paused', 'completed', 'archived')
              then 'none of draft, active, paused, completed, archived' end),
          (6, 'currency', j.currency, case when j.currency !~ '^[A-Z]{3}$' then 'no ISO 4217 code' end),
          (7, 'day', j.day::text, case
            when j.day is null then 'no day'
            when j.day > v_last_day then format('in the future: today is %s', v_last_day - 1)
            when j.day < v_first_day then format('facts before %s are no longer kept (setting facts_retention_months)', v_first_day)
            when j.day = '-infinity' then 'no day' end),
          (8, 'local_hour', j.local_hour::text, case when j.local_hour not between 0 and 23 then 'no hour from 0 to 23' end),
          (9, 'creative', left(j.creative, 60), case when octet_length(j.creative) > c_longest then format('longer than %s bytes', c_longest) end),
          (10, 'audience', left(j.audience, 60), case when octet_length(j.audience) > c_longest then format('longer than %s bytes', c_longest) end),
          (11, 'placement', left(j.placement, 60), case when octet_length(j.placement) > c_longest then format('longer than %s bytes', c_longest) end),
          (12, 'device', left(j.device, 60), case when octet_length(j.device) > c_longest then format('longer than %s bytes', c_longest) end),
          (13, 'hour_of_day', left(j.hour_of_day, 60), case when octet_length(j.hour_of_day) > c_longest then format('longer than %s bytes', c_longest) end),
          (20, 'impressions', j.impressions::text, case when j.impressions < 0 then 'below zero' when j.impressions >= c_most then 'beyond belief' end),
          (21, 'clicks', j.clicks::text, case when j.clicks < 0 then 'below zero' when j.clicks >= c_most then 'beyond belief' end),
          (22, 'spend', j.spend::text, case when j.spend < 0 then 'below zero' when not j.spend < c_most then 'beyond belief' end),
          (23, 'conversions', j.conversions::text, case when j.conversions < 0 then 'below zero' when not j.conversions < c_most then 'beyond belief' end),
          (24, 'revenue', j.revenue::text, case when not (j.revenue > -c_most and j.revenue < c_most) then 'beyond belief' end),
          (25, 'reach', j.reach::text, case when j.reach < 0 then 'below zero' when j.reach >= c_most then 'beyond belief' end),
          (26, 'frequency', j.frequency::text, case when j.frequency < 0 then 'below zero' when not j.frequency < c_most then 'beyond belief' end),
          (27, 'likes', j.likes::text, case when j.likes < 0 then 'below zero' when j.likes >= c_most then 'beyond belief' end),
          (28, 'shares', j.shares::text, case when j.shares < 0 then 'below zero' when j.shares >= c_most then 'beyond belief' end),
          (29, 'comments', j.comments::text, case when j.comments < 0 then 'below zero' when j.comments >= c_most then 'beyond belief' end),
          (30, 'campaign_budget', j.campaign_budget::text, case when not (j.campaign_budget >= 0 and j.campaign_budget < c_most) then 'below zero, or beyond belief' end),
          (31, 'campaign_daily_budget', j.campaign_daily_budget::text, case when not (j.campaign_daily_budget >= 0 and j.campaign_daily_budget < c_most) then 'below zero, or beyond belief' end)
      ) as x (place, field, value, reason)
      where x.reason is not null
        and not coalesce(j.faults, '[]') @> jsonb_build_array(jsonb_build_object('field', x.field))
    ) f
    where j.skipped is null
      -- What is plainly in order, which is nearly all, is passed over cheaply.
      and not coalesce(
        j.faults is null
        and btrim(concat(j.title, j.external_id)) <> '' and coalesce(octet_length(j.title), 0) <= c_longest
        and j.campaign_id is null and j.campaign_status is null
        and j.day between v_first_day and v_last_day
        and j.day > '-infinity'
        and coalesce(j.currency ~ '^[A-Z]{3}$', true)
        and coalesce(j.platform = any (v_platforms), true)
        and octet_length(concat(j.external_id, j.creative, j.audience, j.placement, j.device, j.hour_of_day)) <= c_longest
        and coalesce(j.local_hour, 0) between 0 and 23
        and coalesce(j.impressions, 0) between 0 and 1000000000000
        and coalesce(j.clicks, 0) between 0 and 1000000000000
        and coalesce(j.spend, 0) between 0 and 1000000000000
        and coalesce(j.conversions, 0) between 0 and 1000000000000
        and coalesce(j.revenue, 0) between 0 and 1000000000000
        and coalesce(j.reach, 0) between 0 and 1000000000000
        and coalesce(j.frequency, 0) between 0 and 1000000000000
        and coalesce(j.likes, 0) between 0 and 1000000000000
        and coalesce(j.shares, 0) between 0 and 1000000000000
        and coalesce(j.comments, 0) between 0 and 1000000000000
        and j.campaign_budget is null and j.campaign_daily_budget is null, false)
      and f.faults is not null
  ) w
  where i.ctid = w.place;

  if p_options ->> 'duplicates' = 'quarantine' then
    update pg_temp.trimtab_import i
    set faults = jsonb_build_array(jsonb_build_object(
      'column', '', 'field', '', 'value', null, 'reason', format('%s rows say this of the same campaign and time: lines %s', w.rows, w.lines)))
    from (
      select d.place, d.rows, d.lines
      from (
        select j.ctid as place, count(*) over same as rows,
               left(string_agg(j.line_number::text, ', ') over same, 200) as lines
        from pg_temp.trimtab_import j
        where j.skipped is null and j.faults is null
        window same as (
          partition by j.campaign_key, j.day, j.hour,
                       j.creative, j.audience, j.placement, j.device, j.hour_of_day
          order by j.line_number range between unbounded preceding and unbounded following)
      ) d
      where d.rows > 1
    ) w
    where i.ctid = w.place;
  end if;
end
$$;
comment on function trimtab.judge_import_rows(uuid, jsonb) is
  'Judges the rows of trimtab_import one by one: gives hours their start and day, finds out whether nameless rows are totals, and writes what is wrong with a row to its faults, all of it at once. For close_import().';
grant execute on function trimtab.judge_import_rows(uuid, jsonb) to trimtab_definer;
