drop view if exists trimtab.v_alerts, trimtab.v_notifications;
drop table trimtab.webhook_hosts;
drop table trimtab.alert_occurrences;
drop table trimtab.alerts;
drop table trimtab.notifications;
drop table trimtab.outbox;
