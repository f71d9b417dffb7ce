drop table trimtab.calendar_months;
drop domain trimtab.cron_expression;
drop function trimtab.is_cron_expression(text);
drop type trimtab.schedule_plan;
