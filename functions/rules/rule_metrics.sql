create or replace function trimtab.rule_metrics()
  returns table (metric text, unit text, place integer, judges_facts boolean)
  language sql
  stable
  parallel safe
  rows 30
begin atomic
  select
    asked.code,
    m.unit,
    case when m.aggregate = 'live'
      then case m.code when 'hours_running' then -1 when 'facts_age' then -2 when 'budget_utilization' then -3 end
      else m.position
    end,
    m.code not in ('hours_running', 'facts_age')
  from trimtab.metrics asked
  join trimtab.metrics m on m.code = coalesce(asked.same_as, asked.code)
  union all
  values ('budget', 'money', -7, false), ('daily_budget', 'money', -8, false), ('bid', 'money', -9, false);
end;
comment on function trimtab.rule_metrics() is
  'What a condition may call a metric: the catalogue, and the campaign''s budget, daily_budget and bid. place: above 0 the metric''s position in the catalogue (it has windows), below 0 that of a live value. judges_facts: it says nothing without facts that are fresh.';
grant execute on function trimtab.rule_metrics() to trimtab_user, trimtab_engine, trimtab_definer;
