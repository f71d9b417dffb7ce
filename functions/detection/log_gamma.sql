create or replace function trimtab.log_gamma(p_value double precision)
  returns double precision
  language plpgsql
  immutable
  strict
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_x double precision := p_value;
  v_shift double precision := 1;
  v_inverse double precision;
begin
  if v_x <= 0 then
    return null;
  end if;
  -- Stirling's series is good to 14 digits from 10 on; smaller arguments are moved up by gamma(x + 1) = x gamma(x).
  while v_x < 10 loop
    v_shift := v_shift * v_x;
    v_x := v_x + 1;
  end loop;
  v_inverse := 1 / (v_x * v_x);
  return (v_x - 0.5) * ln(v_x) - v_x + 0.918938533204672742
    + (1.0::double precision / 12 - v_inverse * (1.0::double precision / 360
      - v_inverse * (1.0::double precision / 1260 - v_inverse / 1680))) / v_x
    - ln(v_shift);
end
$$;
comment on function trimtab.log_gamma(double precision) is
  'Natural logarithm of the gamma function; null for arguments that are not positive. Source: Stirling''s series, Abramowitz and Stegun 6.1.41.';
grant execute on function trimtab.log_gamma(double precision) to trimtab_user, trimtab_engine, trimtab_definer;
