-- What lower rooms do on an occasion of a higher one. All handlers of a kind take the same arguments.
-- organization_created (p_org_id uuid): an organization was made, and needs its own rows.
insert into trimtab.handlers (kind, function, position) values
  ('organization_created', 'trimtab.create_guardrails', 100),
  ('organization_created', 'trimtab.copy_default_rules', 200)
on conflict (kind, function) do update set position = excluded.position;
