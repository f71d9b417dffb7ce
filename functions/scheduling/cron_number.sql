create or replace function trimtab.cron_number(p_word text, p_low integer, p_names text)
  returns integer
  language sql
  immutable
  parallel safe
begin atomic
  select case
    when p_word ~ '^\d{1,4}$' then p_word::integer
    when p_word ~ '^[a-z]{3}$' then (nullif(strpos(p_names, p_word), 0) - 1) / 4 + p_low
  end;
end;
comment on function trimtab.cron_number(text, integer, text) is
  'The number that a word of a cron field means: digits, or one of three-letter names that stand for the numbers from p_low on; null for anything else.';
grant execute on function trimtab.cron_number(text, integer, text) to trimtab_user, trimtab_engine, trimtab_definer;
