create or replace function trimtab.normalize_rule(p_document jsonb, out document jsonb, out faults text[])
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  raise exception 'normalize_rule() is being built' using errcode = '0A000';
end
$$;
comment on function trimtab.normalize_rule(jsonb) is 'Being built.';
grant execute on function trimtab.normalize_rule(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
