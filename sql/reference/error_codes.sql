insert into trimtab.error_codes (code, name, meaning) values
  ('TT001', 'no_context', 'No verified organization: the login is unknown, or the application did not say for whom it acts.'),
  ('TT002', 'choose_organization', 'The login belongs to several organizations and none was chosen.'),
  ('TT003', 'role_too_low', 'The caller''s role in the organization does not allow this.'),
  ('TT004', 'unknown_organization', 'There is no such organization.'),
  ('TT005', 'foreign_time', 'A call that acts was given a moment or a knowledge revision other than the present.'),
  ('TT006', 'replay_floor', 'What was known then is no longer kept.'),
  ('TT010', 'unknown_campaign', 'There is no such campaign in the organization.'),
  ('TT011', 'campaign_not_active', 'The campaign is not active.'),
  ('TT012', 'budget_does_not_rise', 'The new budget is not above the present one, or there is none.'),
  ('TT013', 'unknown_change', 'There is no such row in the ledger.'),
  ('TT014', 'cannot_roll_back', 'This change cannot be taken back.'),
  ('TT020', 'bad_import', 'The file or its mapping cannot be read as facts.'),
  ('TT021', 'unknown_row', 'There is no such open row in quarantine.'),
  ('TT030', 'bad_rule', 'The rule document is not valid.'),
  ('TT031', 'unknown_rule', 'There is no such rule in the organization.'),
  ('TT040', 'bad_opportunity', 'The opportunity is not valid.'),
  ('TT041', 'unknown_opportunity', 'There is no such opportunity in the organization, or it is closed.')
on conflict (code) do update set name = excluded.name, meaning = excluded.meaning;
