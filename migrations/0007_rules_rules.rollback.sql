drop table trimtab.held_decisions;
drop table trimtab.autopilot_runs;
drop table trimtab.rule_versions;
drop type trimtab.rule_match;
drop table trimtab.automation_rules;
