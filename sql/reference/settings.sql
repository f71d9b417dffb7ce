-- Settings of the installation, each with its default. What an operator has changed stays.
insert into trimtab.settings (name, value, description) values
  ('events_kept_days', '400', 'Months of the journal that ended longer ago than this many days are dropped.')
on conflict (name) do update set description = excluded.description;
