set local lock_timeout = '5s';
drop table trimtab.tick_units;
drop table trimtab.tick_parts;
delete from trimtab.handlers where kind = 'tick_part';
alter table trimtab.handlers drop column options;
