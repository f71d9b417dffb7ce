drop table trimtab.guardrails;
