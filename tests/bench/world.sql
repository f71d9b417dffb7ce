-- What the measurements run on: many organizations with campaigns, facts and rules, all made up by arithmetic, and the
-- hand-written counterparts that Trimtab is measured against. Loaded into a database of its own, in the schema `bench`.
create schema bench;
grant usage on schema bench to public;

-- --- the world ------------------------------------------------------------------------------------------------------

create table bench.organizations (number integer primary key, org_id uuid not null);
create table bench.rules (number integer, name text, rule_type text, condition jsonb, action jsonb);
grant select on all tables in schema bench to public;

create procedure bench.make_organizations(p_count integer)
  language plpgsql
as $$
begin
  for v_number in 1..p_count loop
    insert into bench.organizations
    select v_number, trimtab.create_organization('Organization ' || v_number, 'UTC', 'USD');
  end loop;
end
$$;

-- Five campaigns of a hundred lose (roi 0.3), five win (roi 5), the others earn between 1.4 and 2.6 times their cost.
create procedure bench.make_campaigns(p_each integer)
  language plpgsql
as $$
begin
  set local session_replication_role to replica;  -- the load itself is not measured
  insert into trimtab.campaigns (
    org_id, id, title, platform, source_key, status, budget, daily_budget, currency, starts_at, activated_at)
  select o.org_id, gen_random_uuid(), 'Campaign ' || n, 'meta', 'name:Campaign ' || n, 'active', 5000 + n, null, 'USD', s.at, s.at
  from bench.organizations o
  cross join generate_series(1, p_each) n
  cross join (select date_trunc('day', trimtab.clock() - interval '60 days', 'UTC')) s (at)
  order by o.number, n;
end
$$;

create function bench.figures(p_number integer, p_day integer)
  returns table (impressions bigint, clicks bigint, spend numeric, conversions numeric, revenue numeric)
  language sql
  immutable
begin atomic
  select i.impressions, i.clicks, i.spend, round(i.clicks * 0.04, 1),
    round(i.spend * case
      when p_number % 20 = 7 then 0.3
      when p_number % 20 = 13 then 5
      else 1.4 + (p_number * 37 + p_day * 11) % 120 / 100.0
    end, 2)
  from (
    select 4000 + (p_number * 131 + p_day * 17) % 6000,
           120 + (p_number * 29 + p_day * 7) % 180,
           round(40 + (p_number * 53 + p_day * 3) % 6000 / 100.0, 2)
  ) i (impressions, clicks, spend);
end;

create procedure bench.make_facts(p_days integer)
  language plpgsql
as $$
begin
  set local session_replication_role to replica;
  update trimtab.organizations set knowledge_revision = 1;
  insert into trimtab.knowledge_revisions (org_id, revision, published_at)
  select o.org_id, 1, trimtab.clock() from bench.organizations o;
  insert into trimtab.campaign_metrics (
    org_id, campaign_id, grain, day, known_from, currency, impressions, clicks, spend, conversions, revenue)
  select c.org_id, c.id, 'day', (trimtab.clock() at time zone 'UTC')::date - d, 1, 'USD', f.*
  from (select c.org_id, c.id, split_part(c.title, ' ', 2)::integer as number from trimtab.campaigns c) c
  cross join generate_series(p_days, 1, -1) d
  cross join lateral bench.figures(c.number, d) f
  order by c.org_id, d, c.id;
end
$$;

-- bench.rules, compiled once and written for every organization.
create procedure bench.write_rules()
  language plpgsql
as $$
begin
  set local session_replication_role to replica;
  delete from trimtab.held_decisions;
  delete from trimtab.rule_terms;
  delete from trimtab.automation_rules;
  create temp table compiled on commit drop as
  select o.org_id, gen_random_uuid() as id, k.rule, k.terms
  from (
    select c.rule, c.terms
    from bench.rules r
    cross join lateral trimtab.compile_rule(jsonb_build_object(
      'name', r.name, 'rule_type', r.rule_type, 'status', 'active', 'priority', 100 - r.number, 'campaign_cooldown_minutes', 0,
      'conditions', jsonb_build_array(r.condition), 'actions', jsonb_build_array(r.action))) c
    offset 0
  ) k
  cross join bench.organizations o;
  insert into trimtab.automation_rules
  select n.*
  from compiled c
  cross join lateral jsonb_populate_record(c.rule, jsonb_build_object(
    'org_id', c.org_id, 'id', c.id, 'version', 1, 'created_at', trimtab.clock(), 'updated_at', trimtab.clock(),
    'execution_count', 0, 'success_count', 0, 'failure_count', 0, 'partial_count', 0, 'shadow_count', 0)) n;
  insert into trimtab.rule_terms (org_id, rule_id, term, leaves, signal_positions, bounds)
  select c.org_id, c.id, t.term, t.leaves, t.signal_positions, t.bounds
  from compiled c
  cross join lateral unnest(c.terms) t;
  drop table compiled;
end
$$;

-- The same ten rules for every organization. p_roi: what roi has to be below or above; so p_roi decides whether the rules
-- hold for nobody (0.1, 8) or for the losers and winners (0.5, 4).
create procedure bench.make_rules(p_low numeric, p_high numeric)
  language plpgsql
as $$
begin
  set local session_replication_role to replica;
  delete from bench.rules;
  insert into bench.rules
  select row_number() over (), * from (values
    ('critical roi', 'pause', jsonb_build_object('metric', 'roi', 'operator', '<', 'threshold', p_low, 'min_spend', 50)),
    ('low roi for two days', 'pause', jsonb_build_object('metric', 'roi', 'operator', '<', 'threshold', 2 * p_low, 'min_spend', 100, 'min_duration_hours', 48)),
    ('exceptional roi', 'scale', jsonb_build_object('metric', 'roi', 'operator', '>=', 'threshold', p_high, 'min_conversions', 20)),
    ('high roi of a month', 'scale', jsonb_build_object('metric', 'roi', 'operator', '>=', 'threshold', p_high, 'window', 'last_30_days', 'min_conversions', 10)),
    ('low roi of a week', 'pause', jsonb_build_object('metric', 'roi', 'operator', '<', 'threshold', p_low, 'window', 'last_7_days', 'min_spend', 100)),
    ('nobody clicks', 'pause', jsonb_build_object('metric', 'ctr', 'operator', '<', 'threshold', 0.1, 'window', 'last_14_days', 'min_spend', 100)),
    ('dear conversions', 'pause', jsonb_build_object('metric', 'cpa', 'operator', '>', 'threshold', 500, 'window', 'last_30_days', 'min_spend', 1000)),
    ('nobody buys', 'pause', jsonb_build_object('metric', 'conversion_rate', 'operator', '<', 'threshold', 0.05, 'window', 'last_7_days', 'min_spend', 100, 'min_conversions', 1)),
    ('high roi of three days', 'scale', jsonb_build_object('metric', 'roas', 'operator', '>', 'threshold', p_high, 'window', 'last_3_days', 'min_conversions', 15, 'min_duration_hours', 72)),
    ('dear impressions', 'pause', jsonb_build_object('metric', 'cpm', 'operator', '>', 'threshold', 300, 'window', 'last_30_days', 'min_duration_hours', 72))
  ) r (name, rule_type, condition)
  cross join lateral (
    select case r.rule_type when 'pause' then '{"type": "auto_pause"}'::jsonb
      else '{"type": "auto_scale_up", "multiplier": 1.5, "max_budget": 20000}' end
  ) a (action);
  call bench.write_rules();
end
$$;

-- Rules of two conditions each, p_each for every organization: ten kinds, with thresholds a little apart.
create procedure bench.make_pairs_of_conditions(p_each integer)
  language plpgsql
as $$
begin
  set local session_replication_role to replica;
  delete from bench.rules;
  insert into bench.rules
  select row_number() over (order by n, k.kind), format('%s %s', k.kind, n), 'pause', jsonb_build_object(
      'metric', k.metric, 'window', k.span, 'operator', k.operator, 'threshold', k.threshold * (1 - n * 0.0001), 'min_spend', 50 + n),
    '{"type": "auto_pause"}'
  from generate_series(0, (p_each - 1) / 10) n
  cross join (values
    (1, 'roas', 'lifetime', '<', 0.5), (2, 'roas', 'last_30_days', '<', 0.4), (3, 'roas', 'last_7_days', '>', 7),
    (4, 'ctr', 'last_14_days', '<', 0.1), (5, 'cpa', 'last_30_days', '>', 500), (6, 'cpm', 'last_30_days', '>', 300),
    (7, 'conversion_rate', 'last_7_days', '<', 0.05), (8, 'cpc', 'last_7_days', '>', 40), (9, 'roas', 'last_3_days', '<', 0.1),
    (10, 'revenue', 'last_14_days', '<', 10)
  ) k (kind, metric, span, operator, threshold)
  where n * 10 + k.kind <= p_each;
  call bench.write_rules();

  -- The same for the statement by hand: places and bounds in arrays beside the rule.
  drop table if exists bench.packed;
  create table bench.packed as
  select o.org_id, r.number as rule,
         array[trimtab.signal_position(r.condition ->> 'metric', r.condition ->> 'window'),
               trimtab.signal_position('spend', r.condition ->> 'window')] as positions,
         array[case r.condition ->> 'operator' when '>' then (r.condition ->> 'threshold')::numeric else '-Infinity' end,
               (r.condition ->> 'min_spend')::numeric - 0.000001] as lows,
         array[case r.condition ->> 'operator' when '<' then (r.condition ->> 'threshold')::numeric else 'Infinity' end,
               'Infinity'] as highs
  from bench.organizations o
  cross join bench.rules r;
  create index on bench.packed (org_id);
  grant select on bench.packed to public;
end
$$;

-- --- counterparts ---------------------------------------------------------------------------------------------------

-- The ten rules written out by hand, with the positions and thresholds as literals, one call an organization. It inlines
-- into the loop below, whose plan is cached.
create function bench.match_by_hand(p_org_id uuid, p_low numeric, p_high numeric)
  returns table (rule integer, campaign_id uuid)
  language sql
  stable
as $$
  with present as (
    select c.id, s.signals, (c.active_seconds + extract(epoch from trimtab.clock() - c.activated_at)) / 3600 as hours
    from trimtab.campaigns c
    join trimtab.campaign_signals s on s.org_id = c.org_id and s.campaign_id = c.id
    where c.org_id = p_org_id
      and s.org_id = p_org_id
      and c.status = 'active'
      and (c.ends_at is null or c.ends_at > trimtab.clock())
  )
  select 1, p.id from present p where p.signals[29] < p_low and p.signals[10] >= 50
  union all
  select 2, p.id from present p where p.signals[29] < 2 * p_low and p.signals[10] >= 100 and p.hours >= 48
  union all
  select 3, p.id from present p where p.signals[29] >= p_high and p.signals[48] >= 20
  union all
  select 4, p.id from present p where p.signals[28] >= p_high and p.signals[47] >= 10
  union all
  select 5, p.id from present p where p.signals[26] < p_low and p.signals[7] >= 100
  union all
  select 6, p.id from present p where p.signals[84] < 0.1 and p.signals[8] >= 100
  union all
  select 7, p.id from present p where p.signals[66] > 500 and p.signals[9] >= 1000
  union all
  select 8, p.id from present p where p.signals[178] < 0.05 and p.signals[7] >= 100 and p.signals[45] >= 1
  union all
  select 9, p.id from present p where p.signals[25] > p_high and p.signals[44] >= 15 and p.hours >= 72
  union all
  select 10, p.id from present p where p.signals[199] > 300 and p.hours >= 72
$$;

-- A row at a time: for each campaign and rule the condition is interpreted and its figures are added up from the facts.
create function bench.interpret(p_org_id uuid)
  returns table (rule integer, campaign_id uuid)
  language plpgsql
  stable
as $$
declare
  v_today date := (trimtab.clock() at time zone 'UTC')::date;
  v_campaign record;
  v_rule record;
  v_window record;
  v_sums record;
  v_value numeric;
  v_threshold numeric;
  v_holds boolean;
begin
  for v_campaign in
    select c.* from trimtab.campaigns c
    where c.org_id = p_org_id and c.status = 'active' and (c.ends_at is null or c.ends_at > trimtab.clock())
  loop
    for v_rule in
      select b.number, b.condition
      from trimtab.automation_rules r
      join bench.rules b on b.name = r.name
      where r.org_id = p_org_id and r.status = 'active'
    loop
      select w.* into v_window
      from trimtab.metric_windows w
      where w.code = coalesce(v_rule.condition ->> 'window', 'lifetime');
      select sum(f.impressions) as impressions, sum(f.clicks) as clicks, sum(f.spend) as spend,
             sum(f.conversions) as conversions, sum(f.revenue) as revenue
        into v_sums
      from trimtab.campaign_metrics f
      where f.org_id = p_org_id and f.campaign_id = v_campaign.id and f.grain = 'day' and f.known_to is null
        and f.day between coalesce(v_today - v_window.first_unit, '-infinity') and v_today - v_window.last_unit;
      v_value := case v_rule.condition ->> 'metric'
        when 'roi' then v_sums.revenue / nullif(v_sums.spend, 0)
        when 'roas' then v_sums.revenue / nullif(v_sums.spend, 0)
        when 'ctr' then 100 * v_sums.clicks / nullif(v_sums.impressions, 0)
        when 'cpa' then v_sums.spend / nullif(v_sums.conversions, 0)
        when 'conversion_rate' then 100 * v_sums.conversions / nullif(v_sums.clicks, 0)
        when 'cpm' then 1000 * v_sums.spend / nullif(v_sums.impressions, 0)
      end;
      v_threshold := (v_rule.condition ->> 'threshold')::numeric;
      v_holds := case v_rule.condition ->> 'operator'
        when '<' then v_value < v_threshold
        when '>' then v_value > v_threshold
        when '>=' then v_value >= v_threshold
      end;
      if v_rule.condition ? 'min_spend' then
        v_holds := v_holds and v_sums.spend >= (v_rule.condition ->> 'min_spend')::numeric;
      end if;
      if v_rule.condition ? 'min_conversions' then
        v_holds := v_holds and v_sums.conversions >= (v_rule.condition ->> 'min_conversions')::numeric;
      end if;
      if v_rule.condition ? 'min_duration_hours' then
        v_holds := v_holds and extract(epoch from trimtab.clock() - v_campaign.activated_at) / 3600
          >= (v_rule.condition ->> 'min_duration_hours')::numeric;
      end if;
      if v_holds then
        rule := v_rule.number;
        campaign_id := v_campaign.id;
        return next;
      end if;
    end loop;
  end loop;
end
$$;

-- --- one call an organization, in one server-side loop each --------------------------------------------------------

create function bench.decide_all(p_first integer, p_last integer)
  returns bigint
  language plpgsql
as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  for v_org_id in select o.org_id from bench.organizations o where o.number between p_first and p_last order by o.number loop
    select count(*) into v_count from trimtab.decide(v_org_id);
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;

create function bench.match_all(p_first integer, p_last integer)
  returns bigint
  language plpgsql
as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  for v_org_id in select o.org_id from bench.organizations o where o.number between p_first and p_last order by o.number loop
    select count(*) into v_count from trimtab.evaluate_rules(v_org_id);
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;

create function bench.match_all_by_hand(p_first integer, p_last integer, p_low numeric, p_high numeric)
  returns bigint
  language plpgsql
as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  for v_org_id in select o.org_id from bench.organizations o where o.number between p_first and p_last order by o.number loop
    select count(*) into v_count from bench.match_by_hand(v_org_id, p_low, p_high);
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;

create function bench.match_all_packed(p_first integer, p_last integer)
  returns bigint
  language plpgsql
as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  for v_org_id in select o.org_id from bench.organizations o where o.number between p_first and p_last order by o.number loop
    select count(*) into v_count
    from trimtab.campaigns c
    join trimtab.campaign_signals s on s.org_id = c.org_id and s.campaign_id = c.id
    join bench.packed r on r.org_id = c.org_id
      and s.signals[r.positions[1]] > r.lows[1] and s.signals[r.positions[1]] < r.highs[1]
      and s.signals[r.positions[2]] > r.lows[2] and s.signals[r.positions[2]] < r.highs[2]
    where c.org_id = v_org_id
      and s.org_id = v_org_id
      and r.org_id = v_org_id
      and c.status = 'active'
      and (c.ends_at is null or c.ends_at > trimtab.clock());
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;

create function bench.interpret_all(p_first integer, p_last integer)
  returns bigint
  language plpgsql
as $$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  for v_org_id in select o.org_id from bench.organizations o where o.number between p_first and p_last order by o.number loop
    select count(*) into v_count from bench.interpret(v_org_id);
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$$;

create procedure bench.refresh_all(p_first integer, p_last integer)
  language plpgsql
as $$
declare
  v_org_id uuid;
begin
  for v_org_id in select o.org_id from bench.organizations o where o.number between p_first and p_last order by o.number loop
    perform trimtab.refresh_signals(v_org_id);
    commit;
  end loop;
end
$$;

-- As the clock's job does it: the organization's own transaction, the stop of one costs the others nothing.
create procedure bench.run_all(p_first integer, p_last integer)
  language plpgsql
as $$
declare
  v_org_id uuid;
begin
  for v_org_id in select o.org_id from bench.organizations o where o.number between p_first and p_last order by o.number loop
    perform trimtab.init_transaction_context(null, v_org_id);
    perform trimtab.run_organization(v_org_id, 'clock');
    commit;
  end loop;
end
$$;

-- The calls of people, on the campaigns that lose and win: p_remainder 7 and 13.
create procedure bench.act_all(p_first integer, p_last integer, p_remainder integer)
  language plpgsql
as $$
declare
  v_org_id uuid;
begin
  for v_org_id in select o.org_id from bench.organizations o where o.number between p_first and p_last order by o.number loop
    perform trimtab.init_transaction_context(null, v_org_id);
    perform case p_remainder
      when 7 then trimtab.auto_pause_campaign(c.id, 'It loses.')
      else trimtab.auto_scale_campaign(c.id, round(c.budget * 1.2, 2), 'It wins.')
    end
    from trimtab.campaigns c
    where c.org_id = v_org_id and split_part(c.title, ' ', 2)::integer % 20 = p_remainder;
    commit;
  end loop;
end
$$;

-- --- the import's counterpart ---------------------------------------------------------------------------------------

-- A table equal to campaign_metrics: columns, checks, indexes and partitions.
create procedure bench.make_bare_facts()
  language plpgsql
as $$
declare
  v_partition record;
begin
  drop table if exists bench.facts;
  create table bench.facts (like trimtab.campaign_metrics including all) partition by range (grain, day);
  for v_partition in
    select replace(c.relname, 'campaign_metrics', 'facts') as name, pg_get_expr(c.relpartbound, c.oid) as bounds
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'trimtab.campaign_metrics'::regclass
  loop
    execute format('create table bench.%I partition of bench.facts %s', v_partition.name, v_partition.bounds);
  end loop;
end
$$;

-- Everything that imports have written.
create procedure bench.forget_imports()
  language sql
as $$
  truncate trimtab.campaigns, trimtab.campaign_metrics, trimtab.import_batches, trimtab.knowledge_revisions,
    trimtab.audit_log, trimtab.events, trimtab.event_keys cascade;
$$;

-- An analyst of the organization of that number, whose login has the name.
create procedure bench.make_analyst(p_login text, p_number integer)
  language plpgsql
as $$
declare
  v_user_id uuid := gen_random_uuid();
  v_org_id uuid := (select o.org_id from bench.organizations o where o.number = p_number);
begin
  execute format('create role %I login in role trimtab_user', p_login);
  insert into trimtab.users (id, email) values (v_user_id, p_login || '@example.com');
  insert into trimtab.memberships (org_id, user_id, role) values (v_org_id, v_user_id, 'analyst');
  insert into trimtab.database_logins (login, kind, user_id) values (p_login, 'analyst', v_user_id);
  insert into trimtab.login_organizations (org_id, login) values (v_org_id, p_login);
end
$$;
