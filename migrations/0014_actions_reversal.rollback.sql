alter table trimtab.guardrails drop column reversal_hours;
