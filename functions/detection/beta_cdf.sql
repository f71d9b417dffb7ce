create or replace function trimtab.beta_cdf(p_a double precision, p_b double precision, p_value double precision)
  returns double precision
  language plpgsql
  immutable
  strict
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_tiny constant double precision := 1e-300;
  c_precise constant double precision := 1e-12;
  v_x double precision := p_value;
  v_a double precision := p_a;
  v_b double precision := p_b;
  v_front double precision;
  v_sum double precision;
  v_c double precision := 1;
  v_d double precision;
  v_term double precision;
  v_turned boolean := false;
begin
  if p_a <= 0 or p_b <= 0 then
    return null;
  end if;
  if p_value <= 0 then
    return 0;
  end if;
  if p_value >= 1 then
    return 1;
  end if;
  -- The fraction converges fast below the mean; above it, ask the mirror image.
  if v_x > (p_a + 1) / (p_a + p_b + 2) then
    v_turned := true;
    v_x := 1 - p_value;
    v_a := p_b;
    v_b := p_a;
  end if;

  v_front := trimtab.log_gamma(v_a + v_b) - trimtab.log_gamma(v_a) - trimtab.log_gamma(v_b)
    + v_a * ln(v_x) + v_b * ln(1 - v_x);
  if v_front < -600 then
    return case when v_turned then 1 else 0 end;
  end if;

  v_d := 1 - (v_a + v_b) * v_x / (v_a + 1);
  if abs(v_d) < c_tiny then
    v_d := c_tiny;
  end if;
  v_d := 1 / v_d;
  v_sum := v_d;
  for i in 1..5000 loop
    v_term := i * (v_b - i) * v_x / ((v_a + 2 * i - 1) * (v_a + 2 * i));
    v_d := 1 / coalesce(nullif(1 + v_term * v_d, 0), c_tiny);
    v_c := coalesce(nullif(1 + v_term / v_c, 0), c_tiny);
    v_sum := v_sum * v_d * v_c;
    v_term := -(v_a + i) * (v_a + v_b + i) * v_x / ((v_a + 2 * i) * (v_a + 2 * i + 1));
    v_d := 1 / coalesce(nullif(1 + v_term * v_d, 0), c_tiny);
    v_c := coalesce(nullif(1 + v_term / v_c, 0), c_tiny);
    v_sum := v_sum * v_d * v_c;
    exit when abs(v_d * v_c - 1) < c_precise;
  end loop;
  v_sum := exp(v_front) * v_sum / v_a;
  return greatest(0, least(1, case when v_turned then 1 - v_sum else v_sum end));
end
$$;
comment on function trimtab.beta_cdf(double precision, double precision, double precision) is
  'Probability that a beta variable with parameters p_a and p_b is at most p_value: the regularised incomplete beta function. Null for parameters that are not positive. Source: continued fraction DLMF 8.17.22 by Lentz''s method.';
grant execute on function trimtab.beta_cdf(double precision, double precision, double precision) to trimtab_user, trimtab_engine, trimtab_definer;
