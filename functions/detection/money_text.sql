create or replace function trimtab.money_text(p_amount numeric, p_currency text)
  returns text
  language sql
  stable
  parallel safe
begin atomic
  select pg_catalog.format(
    '%s %s',
    pg_catalog.to_char(
      p_amount,
      case coalesce((select c.minor_units from trimtab.currencies c where c.code = p_currency), 2)
        when 0 then 'FM999,999,999,999,990'
        when 3 then 'FM999,999,999,999,990.000'
        when 4 then 'FM999,999,999,999,990.0000'
        else 'FM999,999,999,999,990.00'
      end),
    p_currency);
end;
comment on function trimtab.money_text(numeric, text) is
  'An amount for people: digits in threes, the decimals of its currency, its code, such as 1,234.50 EUR.';
grant execute on function trimtab.money_text(numeric, text) to trimtab_user, trimtab_engine, trimtab_definer;
