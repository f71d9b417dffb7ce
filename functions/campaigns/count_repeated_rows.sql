create or replace function trimtab.count_repeated_rows()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_flags jsonb;
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  perform 'PRAGMA:TABLE: trimtab_import_facts (like trimtab.import_fact)';

  -- Nearly every file has one row for each of its facts: then nothing is repeated.
  if not exists (select from pg_temp.trimtab_import_facts f where f.rows > 1) then
    return '{"repeated_rows": 0, "identical_rows": 0}';
  end if;
  select jsonb_build_object(
      'repeated_rows', coalesce(sum(k.rows - 1), 0),
      'identical_rows', coalesce(sum(k.rows - k.different), 0))
    into v_flags
  from (
    select sum(d.rows) as rows, count(*) as different
    from (
      select i.campaign_key, i.day, i.hour,
             i.creative, i.audience, i.placement, i.device, i.hour_of_day, count(*) as rows
      from pg_temp.trimtab_import i
      where i.skipped is null and i.faults is null
      group by i.campaign_key, i.day, i.hour,
               i.creative, i.audience, i.placement, i.device, i.hour_of_day,
               i.impressions, i.clicks, i.spend, i.conversions, i.revenue, i.reach, i.likes, i.shares, i.comments
    ) d
    group by d.campaign_key, d.day, d.hour,
             d.creative, d.audience, d.placement, d.device, d.hour_of_day
    having sum(d.rows) > 1
  ) k;
  return v_flags;
end
$$;
comment on function trimtab.count_repeated_rows() is
  'How many good rows of trimtab_import repeat the campaign, time and breakdowns of another one (their figures are added up), and how many of those repeat its figures too. For close_import().';
grant execute on function trimtab.count_repeated_rows() to trimtab_definer;
