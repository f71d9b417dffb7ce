-- Partitions up to four months ahead; the clockwork goes on from here.
select trimtab.ensure_partitions();
