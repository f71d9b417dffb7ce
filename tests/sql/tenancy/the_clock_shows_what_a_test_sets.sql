begin;
select plan(3);

select is(trimtab.clock(), transaction_timestamp(), 'without a setting the clock is the start of the transaction');
select test.clock_at('2026-03-01 12:00+00');
select is(trimtab.clock(), timestamptz '2026-03-01 12:00+00', 'a test can set it');
select test.clock_at(null);
select is(trimtab.clock(), transaction_timestamp(), 'and give it back');

select * from finish();
rollback;
