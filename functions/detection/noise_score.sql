create or replace function trimtab.noise_score(p_found double precision, p_expected double precision, p_variance double precision)
  returns double precision
  language sql
  immutable
  parallel safe
begin atomic
  -- One expression, so that it is inlined. Its inner part is the count, half an event nearer to what was expected (continuity).
  -- Rounding must not make the deviance negative.
  select sign(p_found - p_expected) * sqrt(greatest(0, 2 * (
    case when p_found > p_expected then greatest(p_found - 0.5, p_expected) else least(p_found + 0.5, p_expected) end
      * ln(greatest(case when p_found > p_expected then greatest(p_found - 0.5, p_expected) else least(p_found + 0.5, p_expected) end, 1e-9) / p_expected)
    - (case when p_found > p_expected then greatest(p_found - 0.5, p_expected) else least(p_found + 0.5, p_expected) end + 1 / p_variance)
      * ln((case when p_found > p_expected then greatest(p_found - 0.5, p_expected) else least(p_found + 0.5, p_expected) end + 1 / p_variance) / (p_expected + 1 / p_variance)))));
end;
comment on function trimtab.noise_score(double precision, double precision, double precision) is
  'How far a count is from what was expected, in standard deviations: the signed deviance residual of the negative binomial distribution with mean p_expected (above 0) and relative variance p_variance (above 0) beside the Poisson noise, with continuity correction. Nearly standard normal also for small counts. Source: Pierce and Schafer (1986), Residuals in generalized linear models.';
grant execute on function trimtab.noise_score(double precision, double precision, double precision) to trimtab_user, trimtab_engine, trimtab_definer;
