create or replace procedure trimtab.run_due()
  language plpgsql
as $$
begin
  call trimtab.tick('quick');
  call trimtab.tick('jobs');
end
$$;
comment on procedure trimtab.run_due() is
  'What jobs call that were installed before there was tick(): tick(''quick'') and tick(''jobs''). `trimtab cron install` replaces them.';
grant execute on procedure trimtab.run_due() to trimtab_engine;
