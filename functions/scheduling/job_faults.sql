create or replace function trimtab.job_faults(p_org_id uuid, p_handler text, p_arguments jsonb)
  returns text[]
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_options jsonb := (
    select h.options from trimtab.handlers h where h.kind = 'job.' || p_handler order by h.position limit 1);
  v_faults text[];
begin
  if v_options is null then
    return array[format('job: found %s, allowed: %s.', coalesce(to_jsonb(p_handler)::text, 'nothing'), (
      select string_agg(substr(h.kind, 5), ', ' order by h.kind) from trimtab.handlers h where h.kind like 'job.%'))];
  end if;
  v_faults := trimtab.schema_faults(
    coalesce(v_options -> 'arguments', '{"type": "object", "additionalProperties": false}'), p_arguments, 'arguments');
  if v_faults = '{}' and v_options ? 'faults' then
    -- The name comes from a reference table that only deploys write.
    execute format('select %s($1, $2)', v_options ->> 'faults') into v_faults using p_org_id, p_arguments;
  end if;
  return v_faults;
end
$$;
comment on function trimtab.job_faults(uuid, text, jsonb) is
  'What is wrong with the arguments of a kind of schedules: by the schema in the options of its handler (arguments), then by the function named there (faults: function(p_org_id uuid, p_arguments jsonb) returns text[]). Path, found, allowed for each; empty when all is well.';
grant execute on function trimtab.job_faults(uuid, text, jsonb) to trimtab_definer;
