create or replace function trimtab.round_up_money(p_amount numeric, p_currency text)
  returns numeric
  language sql
  stable
  parallel safe
begin atomic
  select round(ceil(p_amount * 10::numeric ^ u.digits) / 10::numeric ^ u.digits, u.digits)
  from (select coalesce((select c.minor_units from trimtab.currencies c where c.code = p_currency), 2)::integer as digits) u;
end;
comment on function trimtab.round_up_money(numeric, text) is
  'An amount raised to the smallest unit of its currency (ISO 4217; two digits where none are listed). Null for null.';
grant execute on function trimtab.round_up_money(numeric, text) to trimtab_user, trimtab_engine, trimtab_definer;
