create or replace function trimtab.signal_value(p_position integer, p_signals numeric[], p_live numeric[])
  returns numeric
  language sql
  immutable
  parallel safe
begin atomic
  select case when p_position > 0 then p_signals[p_position] else p_live[-p_position] end;
end;
comment on function trimtab.signal_value(integer, numeric[], numeric[]) is
  'The value at a compiled position: a windowed signal (positive) or a live value (negative). Small, so that it is inlined.';
grant execute on function trimtab.signal_value(integer, numeric[], numeric[]) to trimtab_user, trimtab_engine, trimtab_definer;

create or replace function trimtab.signal_value(
  p_position integer,
  p_signals numeric[],
  p_live numeric[],
  p_features numeric[]
)
  returns numeric
  language sql
  immutable
  parallel safe
begin atomic
  select case
    when p_position > 0 then p_signals[p_position]
    when p_position > -100 then p_live[-p_position]
    else p_features[-99 - p_position]
  end;
end;
comment on function trimtab.signal_value(integer, numeric[], numeric[], numeric[]) is
  'The same for rules with features: at position -100 stands the first of p_features.';
grant execute on function trimtab.signal_value(integer, numeric[], numeric[], numeric[]) to trimtab_user, trimtab_engine, trimtab_definer;
