begin;
select plan(11);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
update trimtab.guardrails set max_pause_share_percent = 100;
select test.running_campaign(:'acme', 'stubborn') as stubborn \gset
select test.running_campaign(:'acme', 'loser') as loser \gset
select test.facts(:'acme', :'stubborn', '2026-03-19', 50000, 500, 300, 6, 30);
select test.facts(:'acme', :'loser', '2026-03-19', 50000, 500, 300, 6, 60);
create function pg_temp.refuse() returns trigger language plpgsql as $$
begin
  raise exception 'the platform says no' using errcode = 'P0042';
end $$;
create trigger zz_refuse before update on trimtab.campaigns for each row when (old.title = 'stubborn') execute function pg_temp.refuse();

select test.act_as_engine(:'acme');
select trimtab.run_organization(:'acme') as result \gset
select test.reset();
select is(:'result'::jsonb ->> 'failed', '1', 'one action failed');
select is(:'result'::jsonb #>> '{actions_taken,campaigns_paused}', '1', 'the other was done');
select is((select status from trimtab.campaigns where id = :'loser'), 'paused', 'the other campaign is paused');
select is((select status from trimtab.campaigns where id = :'stubborn'), 'active', 'the stubborn one is as it was');
select is((select status || ' ' || error_code || ' ' || error_message from trimtab.campaign_changes where campaign_id = :'stubborn'),
  'failed P0042 the platform says no', 'the failure is in the ledger, with its SQLSTATE');
select is((select new_state ->> 'status' from trimtab.campaign_changes where campaign_id = :'stubborn'), 'paused', 'and what was wanted');
select is((select status from trimtab.autopilot_runs where org_id = :'acme'), 'partial', 'the run was a part of a success');
select is((select count(*) from trimtab.audit_log where entity_id = :'stubborn' and action = 'campaign.auto_pause'), 0::bigint,
  'nothing says that it was paused');

-- An hour later it fails in the same way.
select test.clock_at('2026-03-20 13:00+00');
select test.act_as_engine(:'acme');
select trimtab.run_organization(:'acme');
select test.clock_at('2026-03-20 14:00+00');
select trimtab.run_organization(:'acme') as again \gset
select test.reset();
select is((select count(*) from trimtab.campaign_changes where campaign_id = :'stubborn'), 1::bigint, 'the same failure is the same row');
select is((select (evidence ->> 'failed_count')::integer from trimtab.campaign_changes where campaign_id = :'stubborn'), 3, 'and counted');
select is((select run_count from trimtab.autopilot_runs where id::text = :'again'::jsonb ->> 'run_id'), 3, 'and so is the run');
select * from finish();
rollback;
