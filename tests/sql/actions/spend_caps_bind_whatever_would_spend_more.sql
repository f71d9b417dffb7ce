begin;
select plan(40);
select test.clock_at('2026-03-10 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'manager') as manager \gset
insert into trimtab.campaign_groups (org_id, name) values (:'acme', 'Brand') returning id as brand \gset

-- Meta may spend 1.75 of a daily budget, LinkedIn 1.5, X 1.1. Without any cap anything goes.
select test.campaign(:'acme', 'Meta', 'meta', p_starts_at => '2026-03-10 00:00+00', p_daily_budget => 100) as meta \gset
select test.campaign(:'acme', 'Linked', 'linkedin', p_starts_at => '2026-03-10 00:00+00', p_daily_budget => 100) as linked \gset
select test.campaign(:'acme', 'X', 'twitter', p_status => 'paused', p_daily_budget => 100) as x \gset

select test.act_as(:'manager');
select lives_ok('update trimtab.campaigns set daily_budget = 100000', 'without a cap a budget may be anything');
select lives_ok('update trimtab.campaigns set daily_budget = 100', 'and be lowered again');
select throws_ok($$select trimtab.set_spend_cap('day', 400)$$, 'TT003', null, 'a manager sets no cap');
select throws_ok($$insert into trimtab.spend_caps (org_id, level, period, amount, currency, created_at, updated_at)
  select org_id, 'organization', 'day', 1, 'USD', now(), now() from trimtab.organizations$$, '42501', null, 'nor does anybody by hand');
select throws_ok('insert into trimtab.envelope_checks (org_id, campaign_id) select org_id, id from trimtab.campaigns', '42501', null,
  'and nobody writes what is to be checked');

select test.act_as(:'admin');
select throws_ok($$select trimtab.set_spend_cap('week', -1, 'galaxy')$$, 'TT015', null, 'a wrong cap is refused');
select trimtab.set_spend_cap('day', 400) as day_cap \gset
select results_eq('select level, target, period, amount, exposure, free, code from trimtab.envelope(trimtab.current_org_id())',
  $$values ('organization', 'Acme', 'day', 400::numeric, 325.00::numeric, 75.00::numeric, null::text)$$,
  'the worst day is 100 × 1.75 + 100 × 1.5, of active campaigns');

select test.act_as(:'manager');
set constraints all immediate;
select throws_ok(format('update trimtab.campaigns set daily_budget = 150 where id = %L', :'meta'), 'TT018', null,
  'a rise to 412.50 is refused');
select throws_like(format('update trimtab.campaigns set daily_budget = 150 where id = %L', :'meta'), '%no room for "Meta"%', 'and says of what');
select lives_ok(format('update trimtab.campaigns set daily_budget = 142.85 where id = %L', :'meta'), 'a rise to 399.9875 fits');
select throws_ok(format($$update trimtab.campaigns set status = 'active' where id = %L$$, :'x'), 'TT018', null, 'a paused one is not resumed beyond the cap');
select throws_ok($$insert into trimtab.campaigns (title, platform, status, daily_budget) values ('New', 'meta', 'active', 10)$$, 'TT018', null,
  'nor is one made active');
select lives_ok($$insert into trimtab.campaigns (title, platform, status, daily_budget) values ('New', 'meta', 'draft', 10)$$, 'a draft may be made');
select throws_ok($$insert into trimtab.campaigns (title, platform, status, daily_budget, source_key) values ('New2', 'meta', 'active', 10, 'name:new2')$$,
  'TT018', null, 'a key of an import is no way round');
select throws_ok($$update trimtab.campaigns set status = 'active' where title = 'New'$$, 'TT018', null, 'but not be started');
select throws_ok(format('update trimtab.campaigns set daily_budget = null where id = %L', :'meta'), 'TT018', null, 'no budget is no bound');
select lives_ok(format('update trimtab.campaigns set daily_budget = 50 where id = %L', :'linked'), 'a reduction is always possible');
select lives_ok(format('update trimtab.campaigns set daily_budget = 185 where id = %L', :'meta'), 'and makes room: 75 + 323.75');
select throws_ok(format('select trimtab.auto_scale_campaign(%L, 60, %L)', :'linked', 'more'), 'TT018', null, 'an action is held to it like an update');
select is((select count(*) from trimtab.campaign_changes where action_type = 'auto_scale_up')::integer, 0, 'and leaves nothing behind');
select test.reset();
select is((select count(*) from trimtab.envelope_checks)::integer, 0, 'no note is left');

-- Two changes of one transaction are judged together, at its end.
set constraints all deferred;
select test.act_as(:'manager');
update trimtab.campaigns set daily_budget = 300 where id = :'meta';
update trimtab.campaigns set daily_budget = 20 where id = :'meta';
select lives_ok('set constraints all immediate', 'what was raised and lowered again is not held against anybody');

-- A lower cap: what exceeds it stays, and grows no more.
select test.act_as(:'admin');
select trimtab.set_spend_cap('day', 100) = :'day_cap' as is_same \gset
select ok(:'is_same', 'setting a cap again changes it');
select is((select free from trimtab.envelope(trimtab.current_org_id())), -10.00, '35 + 75 exceed 100');
select test.act_as(:'manager');
select throws_ok(format('update trimtab.campaigns set daily_budget = 20.01 where id = %L', :'meta'), 'TT018', null, 'nothing under it rises');
select lives_ok(format($$update trimtab.campaigns set title = 'Linked 2', bid = 1 where id = %L$$, :'linked'), 'everything else may be changed');
select lives_ok(format('update trimtab.campaigns set daily_budget = 40 where id = %L', :'linked'), 'and lowered');

-- Other levels nest.
select test.act_as(:'admin');
select trimtab.set_spend_cap('day', 1000);
select trimtab.set_spend_cap('day', 70, 'platform', 'LinkedIn');
select trimtab.set_spend_cap('day', 80, 'group', 'Brand');
select trimtab.set_spend_cap('day', 44, 'campaign', :'x');
select test.act_as(:'manager');
select throws_ok(format('update trimtab.campaigns set daily_budget = 47 where id = %L', :'linked'), 'TT018', null, 'the platform''s cap binds');
select lives_ok(format('update trimtab.campaigns set daily_budget = 46 where id = %L', :'linked'), 'up to 69');
select lives_ok(format('update trimtab.campaigns set group_id = %L where id = %L', :'brand', :'linked'), '69 fit under the group''s cap');
select throws_ok(format('update trimtab.campaigns set group_id = %L where id = %L', :'brand', :'meta'), 'TT018', null, '35 more do not');
select throws_ok(format($$update trimtab.campaigns set status = 'active', daily_budget = 40.01 where id = %L$$, :'x'), 'TT018', null, 'the campaign''s cap binds');
select lives_ok(format($$update trimtab.campaigns set status = 'active', daily_budget = 40 where id = %L$$, :'x'), 'up to 44');

-- Money of another currency, and without a rate.
select test.reset();
insert into trimtab.campaigns (org_id, title, platform, status, daily_budget, currency)
values (:'acme', 'Euro', 'twitter', 'paused', 10, 'EUR') returning id as euro \gset
select test.act_as(:'manager');
select throws_ok(format($$update trimtab.campaigns set status = 'active' where id = %L$$, :'euro'), 'TT018', null, 'without a rate nothing starts');
select test.reset();
insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source) values ('EUR', 'USD', '2026-03-01', 2, 'test');
select test.act_as(:'manager');
select lives_ok(format($$update trimtab.campaigns set status = 'active' where id = %L$$, :'euro'), 'with one it does');
select is((select exposure from trimtab.envelope(trimtab.current_org_id()) where level = 'organization'), 35 + 69 + 44 + 22.000, 'and counts in the organization''s currency');
select is((select code from trimtab.spend_exposure(trimtab.current_org_id()) where title = 'Euro'), null, 'its worst is known');

-- A budget for the whole life may be spent in a day.
select lives_ok(format('update trimtab.campaigns set daily_budget = null, budget = 5 where id = %L', :'euro'), 'a budget of 5 instead of 10 a day of 1.1 each');
select is((select day_exposure from trimtab.spend_exposure(trimtab.current_org_id()) where title = 'Euro'), 10.0, 'counts whole');
select test.reset();
select results_eq($$select action, new_values ->> 'amount' from trimtab.audit_log where entity_type = 'spend_cap' order by id limit 2$$,
  $$values ('spend_cap.created', '400'), ('spend_cap.updated', '100')$$, 'caps are audited');
select * from finish();
rollback;
