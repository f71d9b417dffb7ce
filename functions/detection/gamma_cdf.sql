create or replace function trimtab.gamma_cdf(p_shape double precision, p_value double precision)
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
  v_front double precision;
  v_term double precision;
  v_sum double precision;
  v_a double precision := p_shape;
  v_b double precision;
  v_c double precision;
  v_d double precision;
  v_step double precision;
begin
  if p_shape <= 0 then
    return null;
  end if;
  if p_value <= 0 then
    return 0;
  end if;
  if p_value = 'Infinity' then
    return 1;
  end if;

  if p_shape > 5000 then
    -- Wilson and Hilferty: the cube root is nearly normal. Off by less than 0.00002 from here on.
    return trimtab.normal_cdf(
      ((p_value / p_shape) ^ (1.0::double precision / 3) - 1 + 1 / (9 * p_shape)) * 3 * sqrt(p_shape));
  end if;

  v_step := p_shape * ln(p_value) - p_value - trimtab.log_gamma(p_shape);
  -- Far out in a tail; products below would fall under the smallest number.
  if v_step < -600 then
    return case when p_value < p_shape then 0 else 1 end;
  end if;
  v_front := exp(v_step);
  if p_value < 1e-100 then
    return least(1, v_front / p_shape);
  end if;

  if p_value < p_shape + 1 then
    v_term := 1 / p_shape;
    v_sum := v_term;
    for i in 1..2000 loop
      v_a := v_a + 1;
      v_term := v_term * p_value / v_a;
      v_sum := v_sum + v_term;
      exit when v_term < v_sum * c_precise;
    end loop;
    return least(1, v_front * v_sum);
  end if;

  v_b := p_value + 1 - p_shape;
  v_c := 1 / c_tiny;
  v_d := 1 / v_b;
  v_sum := v_d;
  for i in 1..2000 loop
    v_a := -i * (i - p_shape);
    v_b := v_b + 2;
    v_d := v_a * v_d + v_b;
    if abs(v_d) < c_tiny then
      v_d := c_tiny;
    end if;
    v_c := v_b + v_a / v_c;
    if abs(v_c) < c_tiny then
      v_c := c_tiny;
    end if;
    v_d := 1 / v_d;
    v_step := v_d * v_c;
    v_sum := v_sum * v_step;
    exit when abs(v_step - 1) < c_precise;
  end loop;
  return greatest(0, 1 - v_front * v_sum);
end
$$;
comment on function trimtab.gamma_cdf(double precision, double precision) is
  'Probability that a gamma variable of shape p_shape and rate 1 is at most p_value: the regularised lower incomplete gamma function. Null for a shape that is not positive. Source: power series below the mean, Legendre''s continued fraction by Lentz''s method above it (DLMF 8.11, 8.9); Wilson and Hilferty (1931) for shapes above 5000.';
grant execute on function trimtab.gamma_cdf(double precision, double precision) to trimtab_user, trimtab_engine, trimtab_definer;
