-- Schedules without their work: the job `test` writes down that it was called, and does what its arguments say.

create table test.jobs_done (number integer generated always as identity, org_id uuid, arguments jsonb, context jsonb);
grant select on test.jobs_done to public;

create function test.job(p_org_id uuid, p_arguments jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  -- definer: a job is called as the engine, which has no right to write here.
  security definer
  set search_path to pg_catalog, pg_temp
as $$
begin
  insert into test.jobs_done (org_id, arguments, context) values (p_org_id, p_arguments, p_context);
  if p_arguments ? 'fail' then
    raise exception 'it does not work' using errcode = coalesce(p_arguments ->> 'fail', 'P0042');
  end if;
  return coalesce(p_arguments -> 'answer', '{"done": true}');
end
$$;
comment on function test.job(uuid, jsonb, jsonb) is
  'A handler that writes its arguments and context to test.jobs_done; fail: raises this SQLSTATE; answer: what it returns.';

create function test.with_jobs()
  returns void
  language sql
  -- definer: callers act as persons, who may not register handlers.
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  insert into trimtab.handlers (kind, function, options) values ('job.test', 'test.job', '{"arguments": {"type": "object"}}')
  on conflict do nothing
$$;
comment on function test.with_jobs() is 'From here on there is the job test.';

create function test.tick(p_org_id uuid, p_at timestamptz)
  returns integer
  language plpgsql
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_done integer;
begin
  perform test.clock_at(p_at);
  perform test.act_as_engine(p_org_id);
  perform trimtab.tick_rezone(p_at, 1000);
  perform trimtab.tick_schedules(p_org_id, p_at, 1000);
  v_done := trimtab.tick_job_runs(p_org_id, p_at, 1000);
  perform test.reset();
  return v_done;
end
$$;
comment on function test.tick(uuid, timestamptz) is
  'What the tick does for an organization''s schedules at a moment, where the clock stays; how many runs it carried out.';
