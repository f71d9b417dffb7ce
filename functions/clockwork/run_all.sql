create or replace procedure trimtab.run_all()
  language plpgsql
as $$
begin
  call trimtab.tick('slow');
end
$$;
comment on procedure trimtab.run_all() is
  'What jobs call that were installed before there was tick(): tick(''slow''). `trimtab cron install` replaces them.';
grant execute on procedure trimtab.run_all() to trimtab_engine;
