create or replace function trimtab.may_spend_more(p_before jsonb, p_after jsonb, p_as_of timestamptz)
  returns text
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case
    when p_after ->> 'status' <> 'active' or (p_after ->> 'ends_at')::timestamptz <= p_as_of then case
      when p_before is null then null
      when (p_after -> 'platform', p_after -> 'currency') is distinct from (p_before -> 'platform', p_before -> 'currency') then 'spent'
      when p_after -> 'group_id' is distinct from p_before -> 'group_id' then 'spent in group'
    end
    when p_before is null
      or p_before ->> 'status' <> 'active'
      or (p_before ->> 'ends_at')::timestamptz <= p_as_of
      or coalesce((p_after ->> 'budget')::numeric, 'Infinity') > coalesce((p_before ->> 'budget')::numeric, 'Infinity')
      or coalesce((p_after ->> 'daily_budget')::numeric, 'Infinity') > coalesce((p_before ->> 'daily_budget')::numeric, 'Infinity')
      or coalesce((p_after ->> 'ends_at')::timestamptz, 'infinity') > coalesce((p_before ->> 'ends_at')::timestamptz, 'infinity')
      or p_after -> 'currency' is distinct from p_before -> 'currency'
      or p_after -> 'platform' is distinct from p_before -> 'platform' then 'all'
    when p_after -> 'group_id' is distinct from p_before -> 'group_id' then 'group'
  end
$$;
comment on function trimtab.may_spend_more(jsonb, jsonb, timestamptz) is
  'Whether a campaign may spend more after a change than before (states as in envelope_checks; before null: it is new): all, where caps of every level have to be asked; group, where it only came under the caps of another group; spent, spent in group, where it spends nothing itself, but what it has spent this month counts elsewhere now; null, where no cap has to be asked.';
grant execute on function trimtab.may_spend_more(jsonb, jsonb, timestamptz) to trimtab_definer;
