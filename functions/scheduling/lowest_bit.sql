create or replace function trimtab.lowest_bit(p_bits bigint)
  returns integer
  language sql
  immutable
  parallel safe
begin atomic
  select bit_count(((p_bits & (-p_bits)) - 1)::bit(64))::integer;
end;
comment on function trimtab.lowest_bit(bigint) is
  'Number of the lowest bit that is set, from 0; 64 when none is.';
grant execute on function trimtab.lowest_bit(bigint) to trimtab_user, trimtab_engine, trimtab_definer;
