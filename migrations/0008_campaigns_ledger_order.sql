-- A true order of the ledger's rows, and amounts that are numbers.
set local lock_timeout = '5s';

alter table trimtab.campaign_changes add column number bigint generated always as identity;
comment on column trimtab.campaign_changes.number is
  'Order of the changes of one campaign, given out while its row is locked: two changes in one transaction have the same time, but not the same number.';
create unique index campaign_changes_number_idx on trimtab.campaign_changes (org_id, campaign_id, number);

alter table trimtab.campaigns add constraint campaigns_amounts_are_finite
  check (budget < 'Infinity' and daily_budget < 'Infinity' and bid < 'Infinity');
