drop view if exists trimtab.v_open_anomalies;
drop table trimtab.anomaly_marks;
drop table trimtab.anomalies;
