begin;
select plan(4);
create function pg_temp.read(p_text text, p_is_trusting boolean) returns timestamptz language plpgsql as $$
begin
  return (select c.occurred_at from trimtab.check_events(jsonb_build_array(jsonb_build_object('type', 'a.thing', 'occurred_at', p_text)), p_is_trusting => p_is_trusting) c);
exception
  when datetime_field_overflow or invalid_datetime_format then
    return null;
end
$$;
create temporary table texts as
with characters as (
  select c from regexp_split_to_table('-:TZ09. Ax', '') c
), usual as (
  select '2026-02-28T19:30:59Z' as text
)
select overlay(u.text placing c.c || d.c from n for 2) as text
from usual u cross join generate_series(1, 19) n cross join characters c cross join characters d
union
select v from unnest(array[
  '2026-02-29T10:00:00Z', '2024-02-29T10:00:00Z', '2026-04-31T10:00:00Z', '2026-00-01T10:00:00Z', '2026-01-00T10:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T24:00:01Z',
  '2026-01-01T25:00:00Z', '2026-01-01T10:60:00Z', '2026-01-01T10:00:60Z', '2026-01-01T10:00:61Z', '2026-01-01T10:00:00+01:00', '2026-01-01 10:00:00Z', '20AD-01-01T10:00:00Z',
  '2026-01-01T10:00:00', 'now', 'infinity', '20٣6-01-01T10:00:00Z', '']) v;

select cmp_ok((select count(*)::integer from texts), '>', 1500, 'the usual form with each two characters replaced, and odd ones');
select is_empty($$ select text, pg_temp.read(text, true), pg_temp.read(text, false) from texts where pg_temp.read(text, true) is distinct from pg_temp.read(text, false) $$, 'both ways take the same');
select cmp_ok((select count(*)::integer from texts where pg_temp.read(text, true) is not null), '>', 10, 'some of them');
select is(pg_temp.read('2026-02-28T19:30:59Z', true), '2026-02-28 19:30:59+00', 'for what it says');
select * from finish();
rollback;
