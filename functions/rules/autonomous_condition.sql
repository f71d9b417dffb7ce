create or replace function trimtab.autonomous_condition(p_document jsonb)
  returns jsonb
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  select case
    when jsonb_array_length(c.leaves) = 1 and c.leaf ->> 'type' = 'metric_threshold' and c.leaf ? 'threshold'
      and not p_document ? 'evidence'
    then c.leaf - 'type'
      - case when c.leaf ->> 'window' = 'lifetime' then array['window'] else '{}' end
      || case when p_document ? 'min_confidence' then jsonb_build_object('min_confidence', p_document -> 'min_confidence') else '{}' end
    else p_document -> 'conditions'
  end
  from (select p_document -> 'conditions' -> 'all', p_document -> 'conditions' -> 'all' -> 0) c (leaves, leaf)
$$;
comment on function trimtab.autonomous_condition(jsonb) is
  'The condition of a rule''s canonical document as autonomous_rules shows it: {metric, operator, threshold, window unless lifetime, min_*, min_confidence} where it is one threshold of a metric, else the conditions as they are.';
grant execute on function trimtab.autonomous_condition(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
