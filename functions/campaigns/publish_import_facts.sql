create or replace function trimtab.publish_import_facts(p_org_id uuid, p_batch_id uuid, p_assumed_lag interval default null)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_zone text;
  v_base bigint;
  v_revision bigint;
  v_last_published timestamptz;
begin
  perform 'PRAGMA:TABLE: trimtab_import_facts (like trimtab.import_fact)';
  perform 'PRAGMA:TABLE: trimtab_import_revisions (day date, revision bigint)';
  perform 'PRAGMA:TABLE: trimtab_import_starts (campaign_id uuid, first_fact timestamptz)';
  select o.time_zone, o.knowledge_revision into v_zone, v_base
  from trimtab.organizations o
  where o.org_id = p_org_id;

  -- One revision for the batch; with an assumed lag one for each day, as if it had become known when it was due.
  create temporary table trimtab_import_revisions on commit drop as
  select d.day, v_base + case when p_assumed_lag is null then 1 else row_number() over (order by d.day) end as revision
  from (select distinct f.day from pg_temp.trimtab_import_facts f where f.state in ('new', 'changed')) d;
  analyze pg_temp.trimtab_import_revisions;
  select max(r.revision) into v_revision from pg_temp.trimtab_import_revisions r;
  if v_revision is null then
    drop table pg_temp.trimtab_import_revisions;
    return null;
  end if;

  select max(k.published_at) into v_last_published
  from trimtab.knowledge_revisions k
  where k.org_id = p_org_id and not k.is_backfill;
  insert into trimtab.knowledge_revisions (org_id, revision, published_at, batch_id, is_backfill)
  select distinct p_org_id, r.revision,
         case
           when p_assumed_lag is null then greatest(v_now, v_last_published)
           else least(v_now, ((r.day + 1)::timestamp at time zone v_zone) + p_assumed_lag)
         end,
         p_batch_id, p_assumed_lag is not null
  from pg_temp.trimtab_import_revisions r;
  update trimtab.organizations o set knowledge_revision = v_revision where o.org_id = p_org_id;

  update trimtab.campaign_metrics c
  set known_to = r.revision
  from pg_temp.trimtab_import_facts f
  join pg_temp.trimtab_import_revisions r on r.day = f.day
  where f.state = 'changed'
    and c.org_id = p_org_id
    and c.day between (select min(d.day) from pg_temp.trimtab_import_revisions d)
                  and (select max(d.day) from pg_temp.trimtab_import_revisions d)
    and c.campaign_id = f.campaign_id
    and c.grain = f.grain
    and c.day = f.day
    and c.dimension = f.dimension
    and c.subject = f.subject
    and c.hour = f.hour
    and c.known_from = f.old_known_from;

  insert into trimtab.campaign_metrics (
    org_id, campaign_id, grain, dimension, subject, day, hour, known_from, is_derived, currency,
    impressions, clicks, spend, conversions, revenue, reach, frequency, likes, shares, comments)
  select p_org_id, f.campaign_id, f.grain, f.dimension, f.subject, f.day, f.hour, r.revision, f.is_derived, f.currency,
         f.impressions, f.clicks, f.spend, f.conversions, f.revenue, f.reach, f.frequency, f.likes, f.shares, f.comments
  from pg_temp.trimtab_import_facts f
  join pg_temp.trimtab_import_revisions r on r.day = f.day
  where f.state in ('new', 'changed');

  -- Campaigns that were made a moment ago are unknown to the planner: it would look all of them up once for each fact.
  -- close_import() gives the setting back.
  perform set_config('enable_nestloop', 'off', true);

  -- A campaign that an import found has been running at least since its first fact. Lock order: by id.
  create temporary table trimtab_import_starts on commit drop as
  select c.id as campaign_id, w.first_fact
  from trimtab.campaigns c
  join (
    select f.campaign_id, min(f.day)::timestamp at time zone v_zone as first_fact
    from pg_temp.trimtab_import_facts f
    where f.state = 'new' and f.dimension = ''
    group by f.campaign_id
  ) w on w.campaign_id = c.id
  where c.org_id = p_org_id
    and c.source_key is not null
    and c.status <> 'draft'
    and w.first_fact < c.starts_at;
  perform
  from trimtab.campaigns c
  where c.org_id = p_org_id and c.id in (select t.campaign_id from pg_temp.trimtab_import_starts t)
  order by c.id
  for no key update;
  update trimtab.campaigns c
  set starts_at = w.first_fact,
      activated_at = case when c.activated_at = c.starts_at then w.first_fact else c.activated_at end,
      active_seconds = c.active_seconds
        + case when c.activated_at = c.starts_at then 0 else extract(epoch from c.starts_at - w.first_fact) end
  from pg_temp.trimtab_import_starts w
  where c.org_id = p_org_id and c.id = w.campaign_id and w.first_fact < c.starts_at;

  perform
  from trimtab.campaign_signals s
  where s.org_id = p_org_id
    and s.campaign_id in (select f.campaign_id from pg_temp.trimtab_import_facts f where f.state in ('new', 'changed'))
  order by s.campaign_id
  for no key update;
  update trimtab.campaign_signals s
  set valid_until = '-infinity'
  where s.org_id = p_org_id
    and s.campaign_id in (select f.campaign_id from pg_temp.trimtab_import_facts f where f.state in ('new', 'changed'));

  drop table pg_temp.trimtab_import_starts;
  drop table pg_temp.trimtab_import_revisions;
  return v_revision;
end
$$;
comment on function trimtab.publish_import_facts(uuid, uuid, interval) is
  'Publishes the new and changed rows of trimtab_import_facts with the organization''s next knowledge revision: closes what they replace, adds them, makes the memo of their campaigns stale. With an assumed lag each day gets a revision of its own, published that long after the day''s end, and marked as backfill. Returns the (last) revision, null when there was nothing to publish. For close_import(), under the organization''s lock.';
grant execute on function trimtab.publish_import_facts(uuid, uuid, interval) to trimtab_definer;
