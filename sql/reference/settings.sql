-- Settings of the installation, each with its default. What an operator has changed stays.
insert into trimtab.settings (name, value, description) values
  ('events_kept_days', '400', 'Months of the journal that ended longer ago than this many days are dropped.'),
  ('facts_retention_months', '25', 'Facts of months that ended longer ago than this many months are added up into lifetime sums and dropped; at least 3. null: all are kept.')
on conflict (name) do update set description = excluded.description;
