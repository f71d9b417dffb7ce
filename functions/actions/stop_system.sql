create or replace function trimtab.stop_system(p_reason text)
  returns text
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if coalesce(btrim(p_reason), '') = '' then
    raise exception 'a stop needs a reason'
      using errcode = 'TT015',
            detail = 'p_reason is empty.',
            hint = 'It is what every organization reads instead of decisions.';
  end if;
  update trimtab.settings s
  set value = jsonb_build_object('since', trimtab.clock(), 'reason', btrim(p_reason), 'login', session_user)
  where s.name = 'automation_stopped';
  return trimtab.system_stop();
end
$$;
comment on function trimtab.stop_system(text) is
  'The stop switch of the whole system, for operators: from now on no organization''s automation decides or does anything (TT019), runs in progress included; people go on. Returns what everybody reads. Errors: TT015 no reason.';
