create or replace function trimtab.round_down_money(p_amount numeric, p_currency text)
  returns numeric
  language sql
  stable
  parallel safe
begin atomic
  select trunc(p_amount, coalesce((select c.minor_units from trimtab.currencies c where c.code = p_currency), 2));
end;
comment on function trimtab.round_down_money(numeric, text) is
  'An amount cut to the smallest unit of its currency (ISO 4217; two digits where none are listed), towards zero. Null for null.';
grant execute on function trimtab.round_down_money(numeric, text) to trimtab_user, trimtab_engine, trimtab_definer;
