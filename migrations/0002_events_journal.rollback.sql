drop table trimtab.event_keys;
drop table trimtab.events;
