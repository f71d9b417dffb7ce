insert into trimtab.platforms (code, name, counts_view_through) values
  ('meta', 'Meta (Facebook, Instagram)', true),
  ('google', 'Google Ads', true),
  ('tiktok', 'TikTok', true),
  ('linkedin', 'LinkedIn', true),
  ('twitter', 'X (Twitter)', true),
  ('snapchat', 'Snapchat', true)
on conflict (code) do update set name = excluded.name, counts_view_through = excluded.counts_view_through;

insert into trimtab.currencies (code, minor_units) values
  ('BIF', 0), ('CLP', 0), ('DJF', 0), ('GNF', 0), ('IDR', 0), ('ISK', 0), ('JPY', 0), ('KMF', 0), ('KRW', 0), ('PYG', 0),
  ('RWF', 0), ('UGX', 0), ('UYI', 0), ('VND', 0), ('VUV', 0), ('XAF', 0), ('XOF', 0), ('XPF', 0),
  ('BHD', 3), ('IQD', 3), ('JOD', 3), ('KWD', 3), ('LYD', 3), ('OMR', 3), ('TND', 3),
  ('CLF', 4), ('UYW', 4)
on conflict (code) do update set minor_units = excluded.minor_units;
