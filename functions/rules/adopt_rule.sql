create or replace function trimtab.adopt_rule(p_code text, p_changes jsonb default '{}', p_reason text default null)
  returns setof uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: rules are written through the functions of this room only; the library is a reference table.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_master trimtab.library;
  v_documents jsonb;
  v_document jsonb;
  v_new record;
  v_change record;
  v_path text[];
  v_faults text[] := '{}';
begin
  select l.* into v_master
  from trimtab.library l
  where l.kind in ('rule', 'default_rule') and l.code = p_code
  order by l.version desc
  limit 1;
  if not found then
    raise exception 'there is no rule % in the library', coalesce(p_code, 'null')
      using errcode = 'TT033',
            detail = format('There are: %s.', (
              select string_agg(distinct l.code, ', ' order by l.code) from trimtab.library l where l.kind in ('rule', 'default_rule'))),
            hint = 'select * from trimtab.v_rule_library;';
  end if;
  v_documents := coalesce(v_master.document -> 'rules', jsonb_build_array(v_master.document));
  if jsonb_typeof(coalesce(p_changes, '{}')) <> 'object' then
    v_faults := array[format('changes: found %s, allowed: an object.', jsonb_typeof(p_changes))];
  elsif p_changes ? 'name' and jsonb_array_length(v_documents) > 1 then
    v_faults := array[format('changes.name: found %s, allowed: no name, for these are %s rules.', p_changes -> 'name', jsonb_array_length(v_documents))];
  end if;
  perform trimtab.lock_organization(v_org_id);

  -- A handful of documents and changes at most.
  for v_document in select d.value from jsonb_array_elements(v_documents) with ordinality d (value, n) order by d.n loop
    -- Changes are changes of the canonical form; without a status it is shadow.
    v_document := (trimtab.normalize_rule(v_document)).document - 'status';
    for v_change in
      select c.key, c.value from jsonb_each(p_changes) c where v_faults = '{}' and jsonb_typeof(p_changes) = 'object' order by length(c.key)
    loop
      -- A key with a point or a bracket is a path into the document: conditions.all[0].threshold.
      v_path := trimtab.document_path(v_change.key);
      if v_document #> v_path[:cardinality(v_path) - 1] is null then
        v_faults := v_faults || format('changes.%s: found a place that is not in the rule, allowed: a path of %s.', v_change.key, v_document);
      else
        v_document := jsonb_set(v_document, v_path, v_change.value);
      end if;
    end loop;
    if v_faults <> '{}' then
      raise exception 'the rule cannot be changed like this (faults: %)', cardinality(v_faults)
        using errcode = 'TT030',
              detail = array_to_string(v_faults, E'\n'),
              hint = 'Changes are keys of the rule''s document or paths into it: {"status": "active", "conditions.all[0].threshold": 40}.';
    end if;
    select c.rule, c.terms into v_new from trimtab.compile_rule(v_document) c;
    perform trimtab.require_rule_role(null, (v_new.rule).status);
    v_faults := trimtab.scope_faults(v_org_id, v_new.rule) || trimtab.action_faults(v_org_id, v_new.rule);
    if v_faults <> '{}' then
      raise exception 'the rule is not valid (faults: %)', cardinality(v_faults)
        using errcode = 'TT030',
              detail = array_to_string(v_faults, E'\n'),
              hint = 'select id, title from trimtab.campaigns; select id, name from trimtab.campaign_groups;';
    end if;
    return next trimtab.store_rule(
      v_org_id, null, v_new.rule, v_new.terms, coalesce(nullif(btrim(p_reason), ''), 'Adopted from the library.'),
      v_master.code || '@' || v_master.version);
  end loop;
end
$$;
comment on function trimtab.adopt_rule(text, jsonb, text) is
  'Copies a rule of the library (or the rules of a set) into the caller''s organization, in shadow unless p_changes says otherwise: {"status": "active"}. p_changes: keys of the document, or paths into it ("conditions.all[0].threshold"), with their new values. Role analyst for shadow, else manager. Returns the ids of the new rules. Errors: TT001–TT003, TT030 not valid, TT033 no such rule in the library, 23505 the name is taken (give another: {"name": …}).';
alter function trimtab.adopt_rule(text, jsonb, text) owner to trimtab_definer;
grant execute on function trimtab.adopt_rule(text, jsonb, text) to trimtab_user, trimtab_engine;
