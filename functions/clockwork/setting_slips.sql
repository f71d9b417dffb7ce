create or replace function trimtab.setting_slips()
  returns setof text
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select format('%s: found %s, allowed an object', s.name, left(s.value::text, 100))
  from trimtab.settings s
  where s.name in ('kept_days', 'tick_parts') and jsonb_typeof(s.value) <> 'object'
  union all
  select format('kept_days.%s: %s is passed by', k.key, left(k.value::text, 100))
  from trimtab.settings s
  cross join lateral jsonb_each(case jsonb_typeof(s.value) when 'object' then s.value else '{}' end) k
  where s.name = 'kept_days'
    and not exists (select from trimtab.kept_days() d where d.what = k.key and d.days::text = k.value #>> '{}')
  union all
  select format('tick_parts.%s: there is no such part', p.key)
  from trimtab.settings s
  cross join lateral jsonb_each(case jsonb_typeof(s.value) when 'object' then s.value else '{}' end) p
  where s.name = 'tick_parts'
    and not exists (select from trimtab.handlers h where h.kind = 'tick_part' and h.function = 'trimtab.tick_' || p.key)
  union all
  select format('tick_parts.%s.%s: %s is passed by', p.part, k.key, left(k.value::text, 100))
  from trimtab.settings s
  cross join lateral trimtab.tick_plan() p
  cross join lateral jsonb_each(case jsonb_typeof(s.value -> p.part) when 'object' then s.value -> p.part else '{}' end) k
  where s.name = 'tick_parts'
    and case k.key
      when 'is_off' then jsonb_typeof(k.value) <> 'boolean'
      else to_jsonb(p) ->> case k.key when 'limit' then 'item_limit' else k.key end is distinct from k.value #>> '{}'
    end
  order by 1
$$;
comment on function trimtab.setting_slips() is
  'What of the settings kept_days and tick_parts has no effect, since it fits nothing: a line each. For `trimtab doctor`.';
grant execute on function trimtab.setting_slips() to trimtab_user, trimtab_engine;
