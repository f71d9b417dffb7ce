drop function if exists trimtab.decide(uuid, timestamptz, bigint, jsonb, uuid, trimtab.automation_rules[], trimtab.rule_terms[]);
drop function if exists trimtab.evaluate_rules(uuid, timestamptz, bigint, uuid[], jsonb, trimtab.automation_rules[], trimtab.rule_terms[]);
