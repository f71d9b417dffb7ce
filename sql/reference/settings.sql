-- Settings of the installation, each with its default. What an operator has changed stays.
insert into trimtab.settings (name, value, description) values
  ('minutes_saved_per_action', '{"default": 5, "adjust_budget": 8, "adjust_bid": 8, "send_notification": 2, "create_alert": 2, "tag_entity": 1, "assign": 1, "emit_event": 0, "webhook": 2}', 'Minutes of a person''s work for which one action of a rule stands, by type of action; an assumption, not a measurement. An organization may state a figure of its own.'),
  ('survey_least_answers', '5', 'With fewer answers than this, a survey tells nothing but their number.'),
  ('suspicious_patterns', '{"within_minutes": 60, "edits": 30, "actions": 100}', 'When admins are alerted: so many changes of rules and campaigns by one login, or so many automatic actions, within so many minutes.'),
  ('events_kept_days', '400', 'Months of the journal that ended longer ago than this many days are dropped.'),
  ('facts_retention_months', '25', 'Facts of months that ended longer ago than this many months are added up into lifetime sums and dropped; at least 3. null: all are kept.'),
  ('webhook_hosts', 'null', 'Hosts to which webhooks may go, *.name for all below it: a list; null: any public host. Organizations may have lists of their own beside it.'),
  ('webhook_http_allowed', 'false', 'Whether webhooks may go over http, unencrypted.'),
  ('webhook_ports', '[443, 8443]', 'Ports that the URL of a webhook may name.'),
  ('tick_parts', '{}', 'Options of parts of the tick that this installation wants otherwise: {"autopilot": {"every_seconds": 7200}}; see tick_plan().'),
  ('kept_days', '{}', 'How many days what the tick deletes is kept, where it differs from the default: {"executions": 800}; see docs/clockwork.md.'),
  ('automation_stopped', 'null', 'The stop switch of the whole system: since when, why, and which operator; null: off. Set by stop_system() and start_system().')
on conflict (name) do update set description = excluded.description;
