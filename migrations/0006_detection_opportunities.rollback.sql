drop table trimtab.detection_marks;
drop table trimtab.optimization_opportunities;
