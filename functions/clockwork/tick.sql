create or replace procedure trimtab.tick(p_lane text default null)
  language plpgsql
as $$
-- It commits, so it has no SET clause and names everything in full. The blocks isolate failures: a part or an organization
-- that fails, or is stopped at its deadline, is recorded and costs the others nothing. Names of functions come from a
-- reference table that only deploys write.
declare
  v_started_at timestamptz := trimtab.clock();
  v_watch timestamptz := trimtab.stopwatch();
  v_part record;
  v_part_started_at timestamptz;
  v_part_until timestamptz;
  v_unit_started_at timestamptz;
  v_unit_until timestamptz;
  v_organizations uuid[];
  v_seen timestamptz[];
  v_place integer;
  v_org_id uuid;
  v_served integer;
  v_done integer;
  v_total integer;
  v_failures integer;
  v_ticked integer := 0;
  v_code text;
  v_message text;
  v_last_code text;
  v_last_message text;
  v_is_over boolean;
  v_is_busy boolean;
  v_patient_until timestamptz;
  v_name text := pg_catalog.current_setting('application_name');
begin
  for v_part in
    select p.* from trimtab.tick_plan(p_lane) p
  loop
    v_part_started_at := trimtab.clock();
    v_part_until := trimtab.stopwatch() + v_part.part_seconds * interval '1 second';
    v_patient_until := least(v_part_until, trimtab.stopwatch() + interval '30 seconds');
    v_total := 0;
    v_failures := 0;
    v_served := 0;
    v_last_code := null;
    v_last_message := null;
    v_organizations := '{}';
    v_code := null;

    if v_part.scope = 'system' then
      loop
        v_done := 0;
        exit when v_total = 0 and not trimtab.begin_part(v_part.part, v_part.every_seconds);
        set local lock_timeout = '2s';
        begin
          perform trimtab.set_deadline(v_part.part, v_part_until);
          execute pg_catalog.format('select %s($1, $2)', v_part.function) into v_done using trimtab.clock(), v_part.item_limit;
          -- What is done late is done: nothing is left that may be cancelled.
          perform pg_catalog.set_config('application_name', v_name, true);
          v_done := coalesce(v_done, 0);
        exception when query_canceled or assert_failure or others then
          get stacked diagnostics v_last_code = returned_sqlstate, v_last_message = message_text;
          v_failures := 1;
        end;
        v_total := v_total + v_done;
        v_served := 1;
        exit when v_done < v_part.item_limit or trimtab.stopwatch() >= v_part_until;
        commit;
      end loop;
      continue when v_served = 0;
    end if;

    loop
      exit when v_part.scope = 'system';
      v_is_busy := false;
      v_served := 0;
      set local lock_timeout = '2s';
      begin
        execute pg_catalog.format('select array(select d.org_id from %s d (org_id))',
          coalesce(v_part.organizations || '($2)', 'trimtab.organizations_unserved($1, $2, $3)'))
          into v_organizations using v_part.part, trimtab.clock(), v_part.every_seconds;
        perform trimtab.open_units(v_part.part, v_organizations);
        -- Who waited longest comes first, who failed waits for its time.
        select coalesce(pg_catalog.array_agg(u.org_id order by u.served_at, u.org_id), '{}'), pg_catalog.array_agg(u.served_at order by u.served_at, u.org_id)
          into v_organizations, v_seen
        from trimtab.tick_units u
        where u.part = v_part.part
          and u.org_id = any (v_organizations)
          and (u.not_before is null or u.not_before <= trimtab.clock());
      exception when query_canceled or assert_failure or others then
        get stacked diagnostics v_last_code = returned_sqlstate, v_last_message = message_text;
        v_failures := 1;
      end;
      commit;

      for v_place in 1..pg_catalog.cardinality(v_organizations) loop
        v_org_id := v_organizations[v_place];
        exit when trimtab.stopwatch() >= v_part_until;
        v_served := v_served + 1;
        v_unit_until := trimtab.stopwatch() + v_part.organization_seconds * interval '1 second';
        loop
          v_done := 0;
          v_code := null;
          v_is_over := true;
          if not trimtab.claim_unit(v_org_id, v_part.part, v_seen[v_place], v_part.locks) then
            v_is_busy := true;
          else
            set local lock_timeout = '2s';
            v_unit_started_at := trimtab.stopwatch();
            begin
              perform trimtab.init_transaction_context(null, v_org_id);
              perform trimtab.set_deadline(v_part.part, v_unit_until);
              execute pg_catalog.format('select %s($1, $2, $3)', v_part.function)
                into v_done using v_org_id, trimtab.clock(), v_part.item_limit;
              perform pg_catalog.set_config('application_name', v_name, true);
              v_done := coalesce(v_done, 0);
            exception when query_canceled or assert_failure or others then
              get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
              v_done := 0;
            end;
            v_is_over := v_code is not null or v_done < v_part.item_limit
              or trimtab.stopwatch() >= v_unit_until or trimtab.stopwatch() >= v_part_until;
            begin
              v_seen[v_place] := trimtab.finish_unit(
                v_org_id, v_part.part, v_done, trimtab.stopwatch() - v_unit_started_at,
                case when v_is_over then v_code is null and v_done >= v_part.item_limit end, v_code, v_message);
            exception when query_canceled or assert_failure or others then
              -- Somebody sits on the organization, or a cancel came late: what was done stays, what there is to tell of it waits.
              raise warning 'how part % went was not recorded: % [%]', v_part.part, sqlerrm, sqlstate;
              v_is_over := true;
            end;
          end if;
          v_total := v_total + v_done;
          if v_code is not null then
            v_failures := v_failures + 1;
            v_last_code := v_code;
            v_last_message := pg_catalog.format('%s (organization %s)', v_message, v_org_id);
            if v_part.on_failure is not null then
              begin
                execute pg_catalog.format('select %s($1, $2, $3)', v_part.on_failure) using v_org_id, v_code, v_message;
              exception when assert_failure or others then
                raise warning 'a failure of part % was not told: % [%]', v_part.part, sqlerrm, sqlstate;
              end;
            end if;
          end if;
          commit;
          exit when v_is_over;
        end loop;
      end loop;
      -- What schedules start does not wait a minute for another lane that had the organization at this moment.
      exit when not v_is_busy or v_part.lane <> 'jobs' or trimtab.stopwatch() >= v_patient_until;
      perform pg_catalog.pg_sleep(0.2);
      commit;
    end loop;

    perform trimtab.finish_part(
      v_part.part, v_part_started_at,
      trimtab.stopwatch() - (v_part_until - v_part.part_seconds * interval '1 second'), v_total, v_failures, greatest(pg_catalog.cardinality(v_organizations) - v_served, 0),
      v_last_code, v_last_message);
    v_ticked := v_ticked + v_total;
    commit;
  end loop;
  perform trimtab.finish_part(pg_catalog.concat_ws(' ', 'tick', p_lane), v_started_at, trimtab.stopwatch() - v_watch, v_ticked);
  commit;
end
$$;
comment on procedure trimtab.tick(text) is
  'One beat of the clock: each part of tick_plan() (of one lane) that is due, each organization in transactions of its own, within its time. What fails, overruns or floods is recorded (v_tick_health), put off and tried again; it stops nothing else. An organization that is busy comes first in the next tick; in the lane of jobs it is asked again for 30 seconds. Any number may run at once: they share the work. Called by pg_cron, or by `trimtab tick --loop`, as trimtab_engine.';
grant execute on procedure trimtab.tick(text) to trimtab_engine;
