create or replace function trimtab.evidence_window(p_window text)
  returns text
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(
    (select w.code from trimtab.metric_windows w where w.code = coalesce(p_window, 'lifetime')),
    (
      select w.code
      from trimtab.metric_windows w
      where w.last_unit = 1
        and w.previous_of is null
        and p_window ~ '^last_[0-9]{1,4}_(days|hours)$'
        and w.unit = case when p_window like '%days' then 'day' else 'hour' end
        and w.first_unit <= split_part(p_window, '_', 2)::integer
      order by w.first_unit desc
      limit 1
    ),
    'lifetime')
$$;
comment on function trimtab.evidence_window(text) is
  'The window of the catalogue by whose evidence a condition on any window is judged: itself where it is one, for the last n days or hours the longest that lies within, else lifetime.';
grant execute on function trimtab.evidence_window(text) to trimtab_user, trimtab_engine, trimtab_definer;
