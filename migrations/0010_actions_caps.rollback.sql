drop trigger if exists spend_caps on trimtab.campaigns;
drop trigger if exists spend_caps_changed on trimtab.campaigns;
drop trigger if exists lock_envelope on trimtab.campaigns;
drop trigger if exists guard_automation on trimtab.campaign_changes;
drop trigger if exists guard_steps on trimtab.campaign_changes;
alter table trimtab.guardrails drop column profile;
drop table trimtab.envelope_checks;
drop table trimtab.spend_caps;
drop table trimtab.over_delivery;
