create or replace function trimtab.job_jitter(p_job_id uuid, p_slot_at timestamptz, p_jitter_seconds integer)
  returns interval
  language sql
  stable
  parallel safe
begin atomic
  select case
    when p_jitter_seconds = 0 then interval '0'
    else ((hashtextextended(p_job_id::text || extract(epoch from p_slot_at)::text, 0) & 9223372036854775807)
      % (p_jitter_seconds::bigint * 1000 + 1)) * interval '1 millisecond'
  end;
end;
comment on function trimtab.job_jitter(uuid, timestamptz, integer) is
  'How much later than its slot a run begins: from nothing to p_jitter_seconds, always the same for a schedule and slot, spread evenly over schedules and slots.';
grant execute on function trimtab.job_jitter(uuid, timestamptz, integer) to trimtab_user, trimtab_engine, trimtab_definer;
