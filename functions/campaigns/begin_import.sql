create or replace function trimtab.begin_import(
  p_file_name text,
  p_format text,
  p_options jsonb default '{}',
  p_file_sha256 text default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: see open_import().
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return trimtab.open_import(trimtab.require_org('analyst'), p_file_name, p_format, p_options, p_file_sha256);
end
$$;
comment on function trimtab.begin_import(text, text, jsonb, text) is
  'Begins an import of facts into the caller''s organization: makes the temporary table trimtab_import, into which the rows go by COPY or INSERT, until finish_import() in the same transaction. Options: measures (list of those that the file has; the others are left as they are known), duplicates (sum, quarantine), totals (false: the rows are breakdowns that do not add up to the campaign), headings (field to heading, for messages), retry_of (batch whose quarantined rows these are), mapping and reading (kept as they are). Returns the batch''s id. Needs the role analyst. Errors: TT001 to TT003, TT020.';
alter function trimtab.begin_import(text, text, jsonb, text) owner to trimtab_definer;
grant execute on function trimtab.begin_import(text, text, jsonb, text) to trimtab_user, trimtab_engine;
