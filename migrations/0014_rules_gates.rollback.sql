alter table trimtab.guardrails drop column reversal_hours;
drop function if exists trimtab.confidence_of(uuid, uuid[], text[], text[], numeric[], numeric[], timestamptz, bigint, text[]);
