begin;
select plan(15);

-- Signed apart from the code under test: by pgcrypto's own hmac().
create function pg_temp.send(
  p_token text, p_secret text, p_id text, p_body text default '{"amount": 3}', p_sent timestamptz default trimtab.clock(), p_more jsonb default '{}')
  returns jsonb language sql as $$
  select trimtab.receive_webhook(p_token, jsonb_build_object(
    'Webhook-Id', p_id,
    'WEBHOOK-TIMESTAMP', floor(extract(epoch from p_sent))::bigint::text,
    'webhook-signature', 'v1,' || encode(public.hmac(
      convert_to(p_id || '.' || floor(extract(epoch from p_sent))::bigint || '.' || p_body, 'UTF8'),
      decode(substr(p_secret, 7), 'base64'), 'sha256'), 'base64')) || p_more, convert_to(p_body, 'UTF8'))
$$;
create function pg_temp.status(jsonb) returns integer language sql as $$ select ($1 ->> 'status')::integer $$;

select test.organization('Acme') as acme \gset
select test.member(:'acme', 'admin') as admin \gset
select test.clock_at('2026-05-01 12:00+00');
select test.act_as(:'admin');
select * from trimtab.create_webhook_endpoint('shop', 'team.noted', p_rate_limit_per_minute => 6) \gset
select test.reset();

select results_eq(format($$select pg_temp.status(pg_temp.send(%L, 'whsec_' || repeat('A', 44), 'x' || n)) from generate_series(1, 20) n$$, :'token'),
  array_fill(401, array[20]), 'what is not signed is refused');
select results_eq(format($$select pg_temp.status(pg_temp.send(%L, %L, 'm' || n)) from generate_series(1, 6) n$$, :'token', :'secret'),
  array_fill(200, array[6]), 'and uses up nothing');
select is(pg_temp.send(:'token', :'secret', 'm7'), '{"status": 429, "retry_after": 10, "body": {"error": "rate_limited"}}', 'the seventh is too many');
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'm6')), 200, 'one that is known is answered all the same');
select test.clock_at('2026-05-01 12:00:04+00');
select is(pg_temp.send(:'token', :'secret', 'm7') -> 'retry_after', '6', 'what is left to wait grows less');
select test.clock_at('2026-05-01 12:00:10+00');
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'm7')), 200, 'after it the same message is taken');
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'm8')), 429, 'and one only');
select test.clock_at('2026-05-01 14:00+00');
select results_eq(format($$select pg_temp.status(pg_temp.send(%L, %L, 'n' || n)) from generate_series(1, 7) n$$, :'token', :'secret'),
  array_fill(200, array[6]) || 429, 'however long it was quiet, no more than six at once');
select test.clock_at('2026-05-01 13:00+00');
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'o')), 429, 'a clock that goes back gives nothing');
select test.clock_at('2026-05-01 14:01+00');
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'p', '[]')), 400, 'a message that is of no use');
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'p', '{}')), 200, 'leaves its id free');
select results_eq(format($$select pg_temp.status(pg_temp.send(%L, %L, 'q' || n)) from generate_series(1, 5) n$$, :'token', :'secret'),
  array_fill(200, array[4]) || 429, 'and counts');
select is((select rate_limited from trimtab.v_webhook_endpoints), 6::bigint, 'all of them are counted');
select is((select count(*) from trimtab.webhook_refusals) + (select count(*) from trimtab.stray_webhooks), 6::bigint, 'refusals add no row');
select is((select refused_signature from trimtab.v_webhook_endpoints), 20::numeric, 'they count');

select * from finish();
rollback;
