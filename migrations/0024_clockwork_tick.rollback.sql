set local lock_timeout = '5s';
drop table trimtab.tick_units;
drop table trimtab.tick_parts;
delete from trimtab.handlers where kind in ('tick_part', 'retention');
alter table trimtab.handlers drop column options;
