create or replace function trimtab.require_rule_role(p_from text, p_to text)
  returns uuid
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return trimtab.require_org(case
    when coalesce(p_from, 'shadow') = 'shadow' and p_to in ('shadow', 'archived') then 'analyst'
    else 'manager'
  end);
end
$$;
comment on function trimtab.require_rule_role(text, text) is
  'The caller''s organization, if they may take a rule from one status (null: a new rule) to another: analysts write rules that stay in shadow, and may archive them; everything else takes a manager. Errors: TT001, TT002, TT003.';
grant execute on function trimtab.require_rule_role(text, text) to trimtab_user, trimtab_engine, trimtab_definer;
