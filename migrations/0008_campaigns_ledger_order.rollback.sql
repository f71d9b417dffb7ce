alter table trimtab.campaigns drop constraint campaigns_amounts_are_finite;
alter table trimtab.campaign_changes drop column number;
