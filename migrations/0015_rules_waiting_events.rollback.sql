set local lock_timeout = '5s';
drop trigger if exists queue_event on trimtab.events;
drop function if exists trimtab.queue_event();
drop table trimtab.waiting_events;
delete from trimtab.held_decisions where last_run_id is null;
alter table trimtab.held_decisions alter column last_run_id set not null;
