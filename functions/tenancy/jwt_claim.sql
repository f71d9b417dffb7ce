create or replace function trimtab.jwt_claim(p_claims text, p_name text)
  returns uuid
  language plpgsql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
declare
  -- A cast of damaged JSON would raise, and an exception block cannot live in a function that policies call. So JSON's
  -- grammar is checked by reduction: each string becomes $, each other scalar #, then innermost lists and objects become
  -- # one level after the other; of a whole document a single # is left.
  c_string constant text := '"(?:[^"\\[:cntrl:]]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"';
  c_scalar constant text := '-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null';
  c_inner constant text := '\[(?:[$#](?:,[$#])*)?\]|\{(?:\$:[$#](?:,\$:[$#])*)?\}';
  c_deepest constant integer := 64;
  v_rest text;
begin
  if p_claims ~ '^[ \t\r\n]*\{' is not true or length(p_claims) > 65536 then
    return null;
  end if;
  if regexp_replace(p_claims, c_string, '', 'g') ~ '["$#]' then
    return null;
  end if;
  v_rest := regexp_replace(p_claims, c_string, '$', 'g');
  v_rest := regexp_replace(v_rest, c_scalar, '#', 'g');
  v_rest := regexp_replace(v_rest, '[ \t\r\n]+', '', 'g');
  for v_depth in 1..c_deepest loop
    v_rest := regexp_replace(v_rest, c_inner, '#', 'g');
    exit when length(v_rest) = 1;
  end loop;
  if v_rest is distinct from '#' then
    return null;
  end if;

  return (
    with tokens as (
      select t.place, t.token[1] as token,
             lead(t.token[1], 1) over (order by t.place) as colon,
             lead(t.token[1], 2) over (order by t.place) as value,
             sum(case when t.token[1] in ('{', '[') then 1 when t.token[1] in ('}', ']') then -1 else 0 end)
               over (order by t.place) as depth
      from regexp_matches(p_claims, c_string || '|[{}\[\]:,]|[^{}\[\]:," \t\r\n]+', 'g')
        with ordinality as t (token, place)
    ), members as (
      select m.place, m.value, m.token
      from tokens m
      where m.depth = 1 and m.colon = ':'
    )
    select case
      when m.value ~ '^"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"$' then btrim(m.value, '"')::uuid
    end
    from members m
    where m.token = '"' || p_name || '"'
      -- An escaped name might be the same one in disguise: then nothing counts.
      and not exists (select from members x where strpos(x.token, '\') > 0)
    order by m.place desc
    limit 1
  );
end
$$;
comment on function trimtab.jwt_claim(text, text) is
  'A uuid among the top-level claims of a JSON object; null when it is absent or no uuid, when the text is no JSON object, when a name at the top level is written with escapes, and beyond 65536 characters or 64 levels. Never raises. Of a repeated name the last counts, as in PostgreSQL''s jsonb.';
grant execute on function trimtab.jwt_claim(text, text) to trimtab_auth;
