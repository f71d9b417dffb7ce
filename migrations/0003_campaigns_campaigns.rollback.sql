drop table trimtab.campaign_outbox;
drop table trimtab.campaign_changes;
drop table trimtab.campaigns;
drop table trimtab.campaign_groups;
drop table trimtab.exchange_rates;
drop table trimtab.currencies;
drop table trimtab.platforms;
