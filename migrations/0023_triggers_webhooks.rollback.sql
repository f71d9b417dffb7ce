set local lock_timeout = '5s';
drop view if exists trimtab.v_webhook_endpoints, trimtab.v_webhook_secrets;
drop table trimtab.stray_webhooks;
drop table trimtab.webhook_refusals;
drop table trimtab.webhook_traffic;
drop table trimtab.webhook_receipts;
drop table trimtab.webhook_secrets;
drop table trimtab.webhook_endpoints;
