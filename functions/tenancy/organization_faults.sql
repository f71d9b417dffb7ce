create or replace function trimtab.organization_faults(
  p_name text,
  p_time_zone text,
  p_currency text,
  p_all_needed boolean default false
)
  returns text[]
  language plpgsql
  stable
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_faults text[] := '{}';
begin
  if p_all_needed and p_name is null then
    v_faults := v_faults || 'A name is needed.'::text;
  elsif btrim(p_name) = '' then
    v_faults := v_faults || 'The name is blank.'::text;
  end if;

  if p_all_needed and p_time_zone is null then
    v_faults := v_faults || 'A time zone is needed.'::text;
  elsif p_time_zone is not null then
    begin
      -- The domain knows; the view of all zones reads hundreds of files.
      perform p_time_zone::trimtab.time_zone_name;
    exception
      when check_violation or invalid_parameter_value then
        v_faults := v_faults || format('Time zone %L is not known.', p_time_zone);
    end;
  end if;

  if p_all_needed and p_currency is null then
    v_faults := v_faults || 'A currency is needed.'::text;
  elsif upper(btrim(p_currency)) !~ '^[A-Z]{3}$' then
    v_faults := v_faults || format('Currency %L is not a code of three letters.', p_currency);
  end if;
  return v_faults;
end
$$;
comment on function trimtab.organization_faults(text, text, text, boolean) is
  'What is wrong with the settings of an organization, a sentence each, in the order of the arguments; empty when nothing is. An argument that is null is no fault unless p_all_needed.';
grant execute on function trimtab.organization_faults(text, text, text, boolean) to trimtab_definer;
