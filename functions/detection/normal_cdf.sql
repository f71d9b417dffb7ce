create or replace function trimtab.normal_cdf(p_value double precision)
  returns double precision
  language plpgsql
  immutable
  strict
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if p_value < -37 then
    return 0;
  elsif p_value > 9 then
    return 1;
  elsif abs(p_value) < 1e-9 then
    return 0.5;
  end if;
  return 0.5 * (1 + sign(p_value) * trimtab.gamma_cdf(0.5, p_value * p_value / 2));
end
$$;
comment on function trimtab.normal_cdf(double precision) is
  'Probability that a standard normal variable is at most p_value: half the square of one is gamma with shape 1/2.';
grant execute on function trimtab.normal_cdf(double precision) to trimtab_user, trimtab_engine, trimtab_definer;
