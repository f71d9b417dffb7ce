create or replace function trimtab.find_assignee(
  p_org_id uuid,
  p_assignee text,
  out user_id uuid,
  out role text
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if p_assignee is null then
    return;
  end if;
  select r.user_id, r.role into user_id, role
  from trimtab.resolve_recipients(p_org_id, array[p_assignee]) r
  where r.kind in ('user', 'role');
  if not found then
    raise exception 'there is no such member to assign it to'
      using errcode = 'TT062',
            detail = format('Found %L.', p_assignee),
            hint = 'A member''s id or e-mail address, or role:<viewer|analyst|manager|admin|owner>.';
  end if;
end
$$;
comment on function trimtab.find_assignee(uuid, text) is
  'The member or the role that a text names (a member''s id or address, role:<role>); both null for null. Errors: TT062 neither.';
grant execute on function trimtab.find_assignee(uuid, text) to trimtab_definer;
