drop table trimtab.optimization_opportunities;
