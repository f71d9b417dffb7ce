begin;
select plan(38);

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
create function pg_temp.counts() returns text language sql as $$
  select concat_ws(' ', refused_headers, refused_secret, refused_signature, refused_timestamp, refused_paused) from trimtab.v_webhook_endpoints
$$;

select test.organization('Acme') as acme \gset
select test.member(:'acme', 'admin') as admin \gset
select test.clock_at('2026-05-01 12:00+00');
select test.act_as(:'admin');
select * from trimtab.create_webhook_endpoint('shop', 'team.noted', p_max_body_bytes => 100) \gset
select test.reset();
select '{"status": 401, "body": {"error": "unauthorized"}}' as no \gset

select is(pg_temp.send(translate(:'token', 'abcdef', 'bcdefa'), :'secret', 'm1'), :'no'::jsonb, 'an unknown token of an organization that there is');
select is(pg_temp.send(repeat('A', 64), :'secret', 'm1'), :'no', 'of one that there is not');
select is(pg_temp.send('nonsense', :'secret', 'm1'), :'no', 'what is no token');
select is(pg_temp.send('', :'secret', 'm1'), :'no', 'an empty one');
select is(pg_temp.send(null, :'secret', 'm1'), :'no', 'none');
select is((select count from trimtab.stray_webhooks), 5::bigint, 'these are counted together');
select is(pg_temp.counts(), '0 0 0 0 0', 'and not at any endpoint');

select is(pg_temp.send(:'token', :'secret', 'm1', p_more => '{"webhook-signature": "v1,AAAA"}'), :'no', 'a wrong signature');
select is(pg_temp.send(:'token', 'whsec_' || encode(sha256('x'), 'base64'), 'm1'), :'no', 'another secret');
select is(pg_temp.send(:'token', :'secret', 'm1', p_more => '{"webhook-signature": ""}'), :'no', 'an empty signature');
select is(pg_temp.counts(), '1 0 2 0 0', 'are counted');
select is(pg_temp.send(:'token', :'secret', 'm1', p_more => '{"webhook-id": "m1"}'), :'no', 'a header twice');
select is(pg_temp.send(:'token', :'secret', 'm1', p_more => '{"Webhook-Id": 1}'), :'no', 'one that is no text');
select is(pg_temp.send(:'token', :'secret', repeat('m', 256)), :'no', 'an id without end');
select is(pg_temp.send(:'token', :'secret', ''), :'no', 'none');
select is(trimtab.receive_webhook(:'token', null, null), :'no', 'no headers and no body');
select is(trimtab.receive_webhook(:'token', '[]', ''), :'no', 'headers that are no object');
select is(trimtab.receive_webhook(:'token', '{"webhook-id": "m1", "webhook-signature": "v1,AAAA", "webhook-timestamp": "12e3"}', '{}'), :'no', 'a time that is none');
select is(pg_temp.counts(), '8 0 2 0 0', 'are counted');

select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'old', p_sent => trimtab.clock() - interval '300 s')), 200, 'five minutes late is in time');
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'new', p_sent => trimtab.clock() + interval '300 s')), 200, 'so is five minutes early');
select is((select max(e.occurred_at) from trimtab.events e where e.type = 'team.noted'), timestamptz '2026-05-01 12:00+00', 'but nothing occurs in the future');
select is(pg_temp.send(:'token', :'secret', 'older', p_sent => trimtab.clock() - interval '301 s'), :'no', 'later is too late');
select is(pg_temp.send(:'token', :'secret', 'newer', p_sent => trimtab.clock() + interval '301 s'), :'no', 'earlier is too early');
select is(pg_temp.counts(), '8 0 2 2 0', 'are counted');

-- Only who is proven learns more.
select is(pg_temp.send(:'token', :'secret', 'm3', '{"note": "' || repeat('x', 100) || '"}'),
  '{"status": 413, "body": {"error": "too_large", "allowed_bytes": 100}}', 'too large, and signed');
select is(pg_temp.send(:'token', :'secret', 'm3', '{"note": "' || repeat('x', 100) || '"}', p_more => '{"webhook-signature": "v1,AAAA"}'), :'no', 'and not signed');
select is(pg_temp.send(:'token', :'secret', 'm4', '{"note": '), '{"status": 400, "body": {"error": "malformed", "fault": "the body is no JSON object"}}', 'no JSON, and signed');
select is(pg_temp.send(:'token', :'secret', 'm4', '{"note": ', p_more => '{"webhook-signature": "v1,AAAA"}'), :'no', 'and not signed');
select is(pg_temp.send(:'token', :'secret', 'm5', b) -> 'body' ->> 'error', 'malformed', 'no object: ' || b)
from unnest(array['[]', '"x"', 'null', '', '{"a": "\u0000"}', '{"a": 1e999999}']) b;
select is(pg_temp.status(trimtab.receive_webhook('nonsense', '{}', convert_to(repeat('x', 1048577), 'UTF8'))), 413, 'beyond a megabyte everybody is told');

select test.act_as(:'admin');
select trimtab.set_webhook_endpoint_status(:'endpoint_id', 'paused');
select test.reset();
select is(pg_temp.send(:'token', :'secret', 'm6'), :'no', 'a paused endpoint is as none');
select is(pg_temp.counts() || (select format(' %s/%s/%s', accepted, too_large, malformed) from trimtab.v_webhook_endpoints), '8 0 4 2 1 2/1/7', 'all is counted');

select * from finish();
rollback;
