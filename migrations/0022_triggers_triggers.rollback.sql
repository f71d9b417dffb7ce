set local lock_timeout = '5s';
drop trigger if exists match_triggers on trimtab.events;
drop function if exists trimtab.match_triggers();
drop trigger if exists mark_inserted_signals on trimtab.campaign_signals;
drop trigger if exists mark_updated_signals on trimtab.campaign_signals;
drop function if exists trimtab.mark_campaign_signals();
drop trigger if exists mark_new_campaigns on trimtab.campaigns;
drop function if exists trimtab.mark_new_campaigns();
drop table trimtab.trigger_states;
drop table trimtab.metric_marks;
drop table trimtab.latest_measurements;
drop table trimtab.measurements;
drop table trimtab.trigger_firings;
drop table trimtab.trigger_matches;
drop table trimtab.triggers;
delete from trimtab.handlers
where kind like 'trigger\_target%'
  or function in (
    'trimtab.tick_triggers', 'trimtab.tick_metric_triggers', 'trimtab.drop_old_firings', 'trimtab.drop_old_measurements',
    'trimtab.forget_trigger_recipient');
