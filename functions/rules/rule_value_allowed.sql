create or replace function trimtab.rule_value_allowed(p_value_type text, p_minimum numeric, p_maximum numeric, p_allowed text[])
  returns text
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case p_value_type
    when 'number' then 'a number' || r.range
    when 'integer' then 'a whole number' || r.range
    when 'boolean' then 'true or false'
    when 'text' then coalesce(w.words, format('a text of 1 to %s characters', coalesce(p_maximum, 2000)))
    when 'texts' then format('texts of 1 to %s characters', coalesce(p_maximum, 2000))
    when 'words' then 'any of ' || w.words
    when 'integers' then 'whole numbers' || r.range || case when p_minimum < 0 then ' without 0' else '' end
    when 'weekdays' then '0 (Sunday) to 6 (Saturday) or English names of days'
    when 'time' then 'a time from 00:00 to 24:00'
    when 'uuid' then 'an id'
    when 'uuids' then 'ids'
    when 'metric' then w.words
    when 'window' then w.words || ', last_<1-90>_days, last_<1-168>_hours, days_<a>_to_<b>_ago, month_to_date, previous_month'
    when 'operator' then w.words
    when 'threshold' then 'a number; with between two, with in a list'
    when 'comparison' then 'an object with metric, window, factor'
    when 'event' then 'words with dots between them, such as mention.received'
    when 'recipient' then 'an e-mail address, a user''s id or role:<viewer, analyst, manager, admin, owner>'
    when 'recipients' then 'e-mail addresses, users'' ids, #channels or role:<viewer, analyst, manager, admin, owner>'
    when 'url' then 'an address that begins with https://'
    when 'object' then 'an object of at most 20000 bytes'
    else 'a number, a text, true, false or a list of them'
  end
  from (
    select case
      when p_minimum is not null and p_maximum is not null then format(' from %s to %s', p_minimum, p_maximum)
      when p_minimum is not null then format(' of %s or more', p_minimum)
      when p_maximum is not null then format(' of %s or less', p_maximum)
      else ''
    end
  ) r (range)
  cross join (select array_to_string(p_allowed, ', ')) w (words)
$$;
comment on function trimtab.rule_value_allowed(text, numeric, numeric, text[]) is
  'What a parameter of a rule''s document may be, in words: for faults and documents.';
grant execute on function trimtab.rule_value_allowed(text, numeric, numeric, text[]) to trimtab_user, trimtab_engine, trimtab_definer;
