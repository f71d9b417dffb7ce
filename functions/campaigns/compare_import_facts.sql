create or replace function trimtab.compare_import_facts(
  p_org_id uuid,
  p_derived boolean,
  p_measures text[],
  p_overtaken_after bigint
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_first_day date;
  v_last_day date;
begin
  perform 'PRAGMA:TABLE: trimtab_import_facts (like trimtab.import_fact)';
  select min(f.day), max(f.day) into v_first_day, v_last_day from pg_temp.trimtab_import_facts f;

  update pg_temp.trimtab_import_facts f
  set old_known_from = c.known_from,
      state = case
        when c.known_from > p_overtaken_after then 'overtaken'
        when f.is_derived = c.is_derived
          and f.currency = c.currency
          and (f.impressions is not distinct from c.impressions or f.impressions is null and 'impressions' <> all (p_measures))
          and (f.clicks is not distinct from c.clicks or f.clicks is null and 'clicks' <> all (p_measures))
          and (f.spend is not distinct from c.spend or f.spend is null and 'spend' <> all (p_measures))
          and (f.conversions is not distinct from c.conversions or f.conversions is null and 'conversions' <> all (p_measures))
          and (f.revenue is not distinct from c.revenue or f.revenue is null and 'revenue' <> all (p_measures))
          and (f.reach is not distinct from c.reach or f.reach is null and 'reach' <> all (p_measures))
          and (f.frequency is not distinct from c.frequency or f.frequency is null and 'frequency' <> all (p_measures))
          and (f.likes is not distinct from c.likes or f.likes is null and 'likes' <> all (p_measures))
          and (f.shares is not distinct from c.shares or f.shares is null and 'shares' <> all (p_measures))
          and (f.comments is not distinct from c.comments or f.comments is null and 'comments' <> all (p_measures))
          then 'same'
        else 'changed'
      end,
      impressions = coalesce(f.impressions, case when 'impressions' <> all (p_measures) then c.impressions end),
      clicks = coalesce(f.clicks, case when 'clicks' <> all (p_measures) then c.clicks end),
      spend = coalesce(f.spend, case when 'spend' <> all (p_measures) then c.spend end),
      conversions = coalesce(f.conversions, case when 'conversions' <> all (p_measures) then c.conversions end),
      revenue = coalesce(f.revenue, case when 'revenue' <> all (p_measures) then c.revenue end),
      reach = coalesce(f.reach, case when 'reach' <> all (p_measures) then c.reach end),
      frequency = coalesce(f.frequency, case when 'frequency' <> all (p_measures) then c.frequency end),
      likes = coalesce(f.likes, case when 'likes' <> all (p_measures) then c.likes end),
      shares = coalesce(f.shares, case when 'shares' <> all (p_measures) then c.shares end),
      comments = coalesce(f.comments, case when 'comments' <> all (p_measures) then c.comments end)
  from trimtab.campaign_metrics c
  where f.is_derived = p_derived
    and c.org_id = p_org_id
    and c.known_to is null
    and c.day between v_first_day and v_last_day
    and c.campaign_id = f.campaign_id
    and c.grain = f.grain
    and c.day = f.day
    and c.dimension = f.dimension
    and c.subject = f.subject
    and c.hour = f.hour;
end
$$;
comment on function trimtab.compare_import_facts(uuid, boolean, text[], bigint) is
  'Finds for the reported or the derived rows of trimtab_import_facts what is known of the same campaign and time: same, changed, overtaken, or still new. Measures that are not in p_measures keep their known values. For gather_import_facts().';
grant execute on function trimtab.compare_import_facts(uuid, boolean, text[], bigint) to trimtab_definer;
