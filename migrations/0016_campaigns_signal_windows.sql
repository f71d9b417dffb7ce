-- Windows beyond the catalogue: what the computation of signals is asked for.
set local lock_timeout = '5s';

create type trimtab.signal_window as (
  position integer,
  unit text,
  first_unit integer,
  last_unit integer
);
comment on type trimtab.signal_window is
  'A stretch of time as in metric_windows. Several of one position are added up, and what lies in two of them counts twice.';
