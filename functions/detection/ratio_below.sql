create or replace function trimtab.ratio_below(
  p_shape double precision,
  p_rate double precision,
  p_other_shape double precision,
  p_other_rate double precision,
  p_ratio double precision
)
  returns double precision
  language plpgsql
  immutable
  strict
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_odds double precision := p_ratio * p_rate / p_other_rate;
begin
  return trimtab.beta_cdf(p_shape, p_other_shape, v_odds / (1 + v_odds));
end
$$;
comment on function trimtab.ratio_below(double precision, double precision, double precision, double precision, double precision) is
  'Probability that a gamma variable (shape, rate) is less than p_ratio times another, independent one: scaled to rate 1, the share of the first in the sum of both is a beta variable.';
grant execute on function trimtab.ratio_below(double precision, double precision, double precision, double precision, double precision) to trimtab_user, trimtab_engine, trimtab_definer;
