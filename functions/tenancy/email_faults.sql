create or replace function trimtab.email_faults(p_email text)
  returns text[]
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  select case
    when p_email is null or btrim(p_email) ~ '^[^@[:space:]]+@[^@[:space:]]+$' then '{}'::text[]
    else array[format('%L is not an e-mail address.', p_email)]
  end
$$;
comment on function trimtab.email_faults(text) is
  'What is wrong with an e-mail address: one sentence, or nothing (an absent one is no fault). Only the form is judged: something, one @, something.';
grant execute on function trimtab.email_faults(text) to trimtab_definer;
