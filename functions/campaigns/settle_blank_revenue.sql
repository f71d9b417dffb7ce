create or replace function trimtab.settle_blank_revenue(p_org_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  perform 'PRAGMA:TABLE: trimtab_import_campaigns (like trimtab.import_campaign)';

  update pg_temp.trimtab_import i
  set revenue = 0
  from (
    select b.campaign_key
    from (
      select m.campaign_key, m.campaign_id,
             bool_or(r.revenue > 0) as is_valued, bool_or(r.conversions > 0) as converts,
             bool_and(r.conversions is not null) as tells_conversions, bool_or(r.revenue is null) as has_blanks
      from pg_temp.trimtab_import r
      join pg_temp.trimtab_import_campaigns m on m.campaign_key = r.campaign_key
      where r.skipped is null and r.faults is null
      group by m.campaign_key, m.campaign_id
    ) b
    cross join lateral (
      select bool_or(f.revenue > 0) as is_valued, bool_or(f.conversions > 0) as converts
      from trimtab.campaign_metrics f
      where f.org_id = p_org_id and f.campaign_id = b.campaign_id and f.grain = 'day' and f.known_to is null
    ) k
    where b.has_blanks
      and (coalesce(b.is_valued, false) or coalesce(k.is_valued, false)
        or b.tells_conversions and not (b.converts or coalesce(k.converts, false)))
  ) s
  where i.campaign_key = s.campaign_key and i.revenue is null and coalesce(i.conversions, 0) = 0
    and i.skipped is null and i.faults is null;
end
$$;
comment on function trimtab.settle_blank_revenue(uuid) is
  'What an empty revenue means where an export leaves it empty when there was none (a mapping with blank = "zero_if_valued"): 0 on a row without conversions, unless the campaign converts and no value of a conversion was ever seen, or its conversions are unknown: then its revenue is unknown. A campaign for leads is not one that earns nothing. For close_import().';
grant execute on function trimtab.settle_blank_revenue(uuid) to trimtab_definer;
