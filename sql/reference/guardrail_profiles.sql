-- Profiles of guardrails, each figure with its reason. A change of a figure is a new version, not an edit of this one.
insert into trimtab.library (kind, code, version, document) values
  ('guardrail_profile', 'conservative', 1, '{
    "name": "Conservative",
    "description": "For the first weeks, for small budgets, and where a wrong step costs more than a missed one.",
    "position": 1,
    "figures": {
      "max_facts_age_hours": {"value": 30, "why": "Yesterday''s figures must be there: a day and the morning on which they arrive."},
      "min_confidence_percent": {"value": 90, "why": "At most one decision in ten is wrong by chance."},
      "cool_off_hours": {"value": 168, "why": "What a person decided stands for a whole week, all weekdays included."},
      "reversal_hours": {"value": 72, "why": "A change gets three days to show what it does before it is turned round."},
      "budget_cooldown_hours": {"value": 72, "why": "Platforms learn again after a change of budget; three days let that settle."},
      "max_budget_step_percent": {"value": 20, "why": "Up to about a fifth a change, platforms keep most of what they have learnt."},
      "max_daily_budget_step_percent": {"value": 20, "why": "One such step a day and no more."},
      "max_pause_share_percent": {"value": 10, "why": "A broken import or tag must not silence an account: nine in ten campaigns go on."}}}'),
  ('guardrail_profile', 'standard', 1, '{
    "name": "Standard",
    "description": "What a new organization begins with.",
    "position": 2,
    "figures": {
      "max_facts_age_hours": {"value": 48, "why": "Most platforms report a day within the next one; older figures tell of another market."},
      "min_confidence_percent": {"value": 0, "why": "The probability is computed and recorded; each rule may ask for one of its own."},
      "cool_off_hours": {"value": 72, "why": "Three days leave a person''s decision time to show what it does."},
      "reversal_hours": {"value": 24, "why": "No up and down within a day."},
      "budget_cooldown_hours": {"value": 24, "why": "One change of a budget a day, since facts of days come once a day."},
      "max_budget_step_percent": {"value": 100, "why": "A budget may double, as the default rules want for campaigns that earn four times their cost."},
      "max_daily_budget_step_percent": {"value": 100, "why": "All rises of a day together double it at most."},
      "max_pause_share_percent": {"value": 25, "why": "Three in four campaigns go on, whatever the figures seem to say."}}}'),
  ('guardrail_profile', 'aggressive', 1, '{
    "name": "Aggressive",
    "description": "For launches and short seasons under spend caps, with somebody who watches.",
    "position": 3,
    "figures": {
      "max_facts_age_hours": {"value": 36, "why": "Who moves fast has to see well: a day and half of the next."},
      "min_confidence_percent": {"value": 60, "why": "More likely right than wrong; speed is worth some mistakes."},
      "cool_off_hours": {"value": 24, "why": "A person''s decision stands for a day."},
      "reversal_hours": {"value": 6, "why": "What turned out wrong in the morning may be turned round in the evening."},
      "budget_cooldown_hours": {"value": 6, "why": "Several steps a day, each on newer facts."},
      "max_budget_step_percent": {"value": 100, "why": "A budget may double in one step."},
      "max_daily_budget_step_percent": {"value": 200, "why": "And triple within a day; spend caps bound the sum."},
      "max_pause_share_percent": {"value": 50, "why": "Up to half of the campaigns: losers go at once, the account still speaks."}}}')
on conflict (kind, code, version) do nothing;
