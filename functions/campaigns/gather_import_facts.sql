create or replace function trimtab.gather_import_facts(p_org_id uuid, p_options jsonb, p_overtaken_after bigint default null)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_all constant text[] := array[
    'impressions', 'clicks', 'spend', 'conversions', 'revenue', 'reach', 'frequency', 'likes', 'shares', 'comments'];
  v_measures text[];
  v_own bigint[];
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  perform 'PRAGMA:TABLE: trimtab_import_campaigns (like trimtab.import_campaign)';
  perform 'PRAGMA:TABLE: trimtab_import_facts (like trimtab.import_fact)';

  if p_options ? 'measures' then
    v_measures := array(select jsonb_array_elements_text(p_options -> 'measures'));
  else
    select array_remove(array[
      case when count(i.impressions) > 0 then 'impressions' end,
      case when count(i.clicks) > 0 then 'clicks' end,
      case when count(i.spend) > 0 then 'spend' end,
      case when count(i.conversions) > 0 then 'conversions' end,
      case when count(i.revenue) > 0 then 'revenue' end,
      case when count(i.reach) > 0 then 'reach' end,
      case when count(i.frequency) > 0 then 'frequency' end,
      case when count(i.likes) > 0 then 'likes' end,
      case when count(i.shares) > 0 then 'shares' end,
      case when count(i.comments) > 0 then 'comments' end], null)
      into v_measures
    from pg_temp.trimtab_import i
    where i.skipped is null and i.faults is null;
  end if;

  -- Totals: all rows of a campaign and time together. A measure that one of them lacks is unknown for the whole; people
  -- reached by two rows may be the same people, so reach and frequency are known of a single row only.
  if coalesce((p_options ->> 'totals')::boolean, true) then
    insert into pg_temp.trimtab_import_facts (
      campaign_id, grain, dimension, subject, day, hour, is_derived, currency, state, rows,
      impressions, clicks, spend, conversions, revenue, reach, frequency, likes, shares, comments)
    select m.campaign_id, case when i.hour is null then 'day' else 'hour' end, '', '', i.day, coalesce(i.hour, '-infinity'),
           false, m.currency, 'new', count(*),
           case when count(i.impressions) = count(*) then sum(i.impressions) end,
           case when count(i.clicks) = count(*) then sum(i.clicks) end,
           case when count(i.spend) = count(*) then sum(i.spend) end,
           case when count(i.conversions) = count(*) then sum(i.conversions) end,
           case when count(i.revenue) = count(*) then sum(i.revenue) end,
           case when count(*) = 1 then min(i.reach) end,
           case when count(*) = 1 then min(i.frequency) end,
           case when count(i.likes) = count(*) then sum(i.likes) end,
           case when count(i.shares) = count(*) then sum(i.shares) end,
           case when count(i.comments) = count(*) then sum(i.comments) end
    from pg_temp.trimtab_import i
    join pg_temp.trimtab_import_campaigns m on m.campaign_key = i.campaign_key
    where i.skipped is null and i.faults is null
    group by m.campaign_id, m.currency, i.day, i.hour;
  end if;

  -- Breakdowns of a day, one dimension at a time. Where there are no totals, a row counts for the first dimension it has.
  if exists (
    select from pg_temp.trimtab_import i
    where coalesce(i.creative, i.audience, i.placement, i.device, i.hour_of_day) is not null
  ) then
    insert into pg_temp.trimtab_import_facts (
      campaign_id, grain, dimension, subject, day, hour, is_derived, currency, state, rows,
      impressions, clicks, spend, conversions, revenue, reach, frequency, likes, shares, comments)
    select m.campaign_id, 'breakdown', d.dimension, btrim(d.subject), i.day, '-infinity', false, m.currency, 'new',
           count(*) filter (where d.place = case
             when i.creative is not null then 1
             when i.audience is not null then 2
             when i.placement is not null then 3
             when i.device is not null then 4
             else 5
           end),
           case when count(i.impressions) = count(*) then sum(i.impressions) end,
           case when count(i.clicks) = count(*) then sum(i.clicks) end,
           case when count(i.spend) = count(*) then sum(i.spend) end,
           case when count(i.conversions) = count(*) then sum(i.conversions) end,
           case when count(i.revenue) = count(*) then sum(i.revenue) end,
           case when count(*) = 1 then min(i.reach) end,
           case when count(*) = 1 then min(i.frequency) end,
           case when count(i.likes) = count(*) then sum(i.likes) end,
           case when count(i.shares) = count(*) then sum(i.shares) end,
           case when count(i.comments) = count(*) then sum(i.comments) end
    from pg_temp.trimtab_import i
    join pg_temp.trimtab_import_campaigns m on m.campaign_key = i.campaign_key
    cross join lateral (
      values
        (1, 'creative', i.creative), (2, 'audience', i.audience), (3, 'placement', i.placement), (4, 'device', i.device),
        (5, 'hour', i.hour_of_day)
    ) as d (place, dimension, subject)
    where i.skipped is null and i.faults is null and i.hour is null
      and btrim(d.subject) <> ''
    group by m.campaign_id, m.currency, d.dimension, btrim(d.subject), i.day;
  end if;
  analyze pg_temp.trimtab_import_facts;
  perform trimtab.compare_import_facts(p_org_id, false, v_measures, p_overtaken_after);

  -- Rows of a retry join what their own import (and its earlier retries) told of the same campaign and time: they are parts
  -- of one sum, and do not replace it.
  if p_options ? 'retry_of' then
    v_own := array(
      select k.revision
      from trimtab.import_batches b
      join trimtab.knowledge_revisions k on k.org_id = b.org_id and k.batch_id = b.id
      where b.org_id = p_org_id
        and p_options ->> 'retry_of' in (b.id::text, b.options ->> 'retry_of'));
    update pg_temp.trimtab_import_facts f
    set state = 'changed',
        impressions = f.impressions + case when 'impressions' = any (v_measures) then c.impressions else 0 end,
        clicks = f.clicks + case when 'clicks' = any (v_measures) then c.clicks else 0 end,
        spend = f.spend + case when 'spend' = any (v_measures) then c.spend else 0 end,
        conversions = f.conversions + case when 'conversions' = any (v_measures) then c.conversions else 0 end,
        revenue = f.revenue + case when 'revenue' = any (v_measures) then c.revenue else 0 end,
        reach = case when 'reach' = any (v_measures) then null else f.reach end,
        frequency = case when 'frequency' = any (v_measures) then null else f.frequency end,
        likes = f.likes + case when 'likes' = any (v_measures) then c.likes else 0 end,
        shares = f.shares + case when 'shares' = any (v_measures) then c.shares else 0 end,
        comments = f.comments + case when 'comments' = any (v_measures) then c.comments else 0 end
    from trimtab.campaign_metrics c
    where c.org_id = p_org_id
      and c.campaign_id = f.campaign_id
      and c.grain = f.grain
      and c.day = f.day
      and c.dimension = f.dimension
      and c.subject = f.subject
      and c.hour = f.hour
      and c.known_from = f.old_known_from
      and c.known_to is null
      and c.is_derived = f.is_derived
      and c.currency = f.currency
      and c.known_from = any (v_own);

    -- A row whose campaign or day could not be read at first held nothing back, and what its import told of that day may
    -- have been known before, so that nothing tells of it. A sum that may be a part must not replace what is known.
    with doubtful as (
      select distinct m.campaign_id, i.day
      from pg_temp.trimtab_import i
      join pg_temp.trimtab_import_campaigns m on m.campaign_key = i.campaign_key
      join trimtab.quarantined_rows q on q.org_id = p_org_id and q.id = i.quarantined_id
      cross join lateral jsonb_array_elements(q.faults) e (fault)
      where i.skipped is null and i.faults is null
        and not q.is_held
        and e.fault ->> 'field' in ('', 'title', 'external_id', 'campaign_id', 'platform', 'day')
    ), refused as (
      delete from pg_temp.trimtab_import_facts f
      using doubtful d
      where f.campaign_id = d.campaign_id and f.day = d.day
        and exists (
          select from pg_temp.trimtab_import_facts t
          where t.campaign_id = d.campaign_id and t.day = d.day and t.state = 'changed'
            and not t.old_known_from = any (v_own))
      returning f.campaign_id, f.day
    )
    update pg_temp.trimtab_import i
    set faults = jsonb_build_array(jsonb_build_object(
      'column', '', 'field', '', 'value', null,
      'reason', 'another import told of this campaign and day: import the corrected file as a whole'))
    from pg_temp.trimtab_import_campaigns m
    where m.campaign_key = i.campaign_key
      and i.skipped is null and i.faults is null
      and (m.campaign_id, i.day) in (select r.campaign_id, r.day from refused r);
  end if;

  -- A day that nobody reported as a whole is the sum of its hours: those of the file and those known before.
  if exists (select from pg_temp.trimtab_import_facts f where f.grain = 'hour') then
    insert into pg_temp.trimtab_import_facts (
      campaign_id, grain, dimension, subject, day, hour, is_derived, currency, state, rows,
      impressions, clicks, spend, conversions, revenue, reach, frequency, likes, shares, comments)
    select h.campaign_id, 'day', '', '', h.day, '-infinity', true, min(h.currency), 'new', 0,
           case when count(h.impressions) = count(*) then sum(h.impressions) end,
           case when count(h.clicks) = count(*) then sum(h.clicks) end,
           case when count(h.spend) = count(*) then sum(h.spend) end,
           case when count(h.conversions) = count(*) then sum(h.conversions) end,
           case when count(h.revenue) = count(*) then sum(h.revenue) end,
           case when count(*) = 1 then min(h.reach) end,
           case when count(*) = 1 then min(h.frequency) end,
           case when count(h.likes) = count(*) then sum(h.likes) end,
           case when count(h.shares) = count(*) then sum(h.shares) end,
           case when count(h.comments) = count(*) then sum(h.comments) end
    from (
      select f.campaign_id, f.day, f.currency, f.impressions, f.clicks, f.spend, f.conversions, f.revenue, f.reach, f.frequency, f.likes, f.shares, f.comments
      from pg_temp.trimtab_import_facts f
      where f.grain = 'hour' and f.state <> 'overtaken'
      union all
      select c.campaign_id, c.day, c.currency, c.impressions, c.clicks, c.spend, c.conversions, c.revenue, c.reach, c.frequency, c.likes, c.shares, c.comments
      from trimtab.campaign_metrics c
      where c.org_id = p_org_id
        and c.grain = 'hour'
        and c.known_to is null
        and (c.campaign_id, c.day) in (
          select f.campaign_id, f.day from pg_temp.trimtab_import_facts f where f.grain = 'hour')
        and not exists (
          select from pg_temp.trimtab_import_facts f
          where f.campaign_id = c.campaign_id and f.grain = 'hour' and f.day = c.day and f.hour = c.hour and f.state <> 'overtaken')
    ) h
    where not exists (
        select from pg_temp.trimtab_import_facts f
        where f.campaign_id = h.campaign_id and f.grain = 'day' and f.day = h.day and not f.is_derived)
      and not exists (
        select from trimtab.campaign_metrics c
        where c.org_id = p_org_id and c.campaign_id = h.campaign_id and c.grain = 'day' and c.day = h.day
          and c.known_to is null and not c.is_derived)
    group by h.campaign_id, h.day;
    perform trimtab.compare_import_facts(p_org_id, true, c_all, null);
  end if;
end
$$;
comment on function trimtab.gather_import_facts(uuid, jsonb, bigint) is
  'Adds the good rows of trimtab_import up to facts in trimtab_import_facts (totals by day or hour, breakdowns by day, days from hours) and compares them with what is known. Facts that became known after the revision p_overtaken_after are not replaced; to those that the import of a retry published itself, the rows are added. For close_import(), under the organization''s lock.';
grant execute on function trimtab.gather_import_facts(uuid, jsonb, bigint) to trimtab_definer;
