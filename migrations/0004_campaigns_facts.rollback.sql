drop table trimtab.quarantined_rows;
drop table trimtab.import_batches;
drop table trimtab.campaign_signals;
alter table trimtab.organizations drop column facts_from;
drop table trimtab.campaign_lifetime_metrics;
drop table trimtab.campaign_metrics;
drop table trimtab.knowledge_revisions;
drop table trimtab.metric_windows;
drop table trimtab.metrics;
