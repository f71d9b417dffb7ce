create or replace function trimtab.jwt_claim(p_claims text, p_name text)
  returns uuid
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  -- A cast of damaged JSON would raise, and an exception block cannot live in a function that policies call. So the text is
  -- cut into JSON's own tokens and the claim is looked for at depth 1; a nested object of the same name is not it.
  with tokens as (
    select t.token[1] as token, t.place,
           lead(t.token[1], 1) over (order by t.place) as second,
           lead(t.token[1], 2) over (order by t.place) as third,
           sum(case t.token[1] when '{' then 1 when '[' then 1 when '}' then -1 when ']' then -1 else 0 end)
             over (order by t.place) as depth
    from regexp_matches(p_claims, '"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^{}\[\]:,"[:space:]]+', 'g')
      with ordinality as t (token, place)
  )
  select btrim(third, '"')::uuid
  from tokens
  where depth = 1 and token = '"' || p_name || '"' and second = ':'
    and third ~ '^"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"$'
  order by place desc
  limit 1
$$;
comment on function trimtab.jwt_claim(text, text) is
  'A uuid among the top-level claims of a JSON text; null when it is absent, no uuid, or the text is no JSON. Never raises. Of a repeated name the last counts, as in PostgreSQL''s jsonb.';
grant execute on function trimtab.jwt_claim(text, text) to trimtab_auth;
