begin;
select plan(16);

create function pg_temp.faults(p_schema text, p_document text) returns text language sql as $$
  select array_to_string(trimtab.schema_faults(p_schema::jsonb, p_document::jsonb, 'payload'), ' | ')
$$;
select is(pg_temp.faults('{}', '{"a": [1]}'), '', 'an empty schema takes anything');
select is(pg_temp.faults('{"type": "object"}', '[]'), 'payload: found [], allowed object', 'a type');
select is(pg_temp.faults('{"type": ["integer", "null"]}', '1.5'), 'payload: found 1.5, allowed integer or null', 'one of several');
select is(pg_temp.faults('{"type": "integer"}', '2.0'), '', 'a whole number, however it is written');
select is(pg_temp.faults('{"type": "object", "required": ["a", "b"]}', '{"b": null}'), 'payload.a: found nothing, but it is required',
  'what is required may be null, but is there');
select is(
  pg_temp.faults('{"properties": {"a": {"type": "number", "minimum": 0, "maximum": 1}, "b": {"enum": ["x", 1]}, "c": {"maxLength": 2}}}',
    '{"a": -1, "b": "y", "c": "äöü", "d": 5}'),
  'payload.a: found -1, allowed from 0 | payload.b: found "y", allowed "x", 1 | payload.c: found 3 characters, allowed 2',
  'all faults at once, each with its path');
select is(pg_temp.faults('{"additionalProperties": false, "properties": {"a": {}}}', '{"a": 1, "z": [2], "b": 3}'),
  'payload.b: found 3, but it is not known | payload.z: found [2], but it is not known', 'what is not known, by name');
select is(pg_temp.faults('{"items": {"type": "object", "required": ["n"]}}', '[{"n": 1}, {}, 7]'),
  'payload[1].n: found nothing, but it is required | payload[2]: found 7, allowed object', 'each item of a list, by its place');
select is(pg_temp.faults('{"properties": {"a": {"properties": {"b": {"items": {"maximum": 3}}}}}}', '{"a": {"b": [4]}}'),
  'payload.a.b[0]: found 4, allowed to 3', 'however deep');
select is(trimtab.schema_faults('{"type": "object"}', null), array['document: found nothing, allowed object'], 'no document is none');

select is(array_to_string(trimtab.schema_errors('{"typ": "object", "required": "a", "properties": {"b": {"maxLength": -1}}, "items": {"enum": []}}'), ' | '),
  'schema.required: found "a", allowed a list of names'
  ' | schema.typ: found "object", allowed only type, required, properties, additionalProperties, items, enum, minimum, maximum, maxLength, description'
  ' | schema.properties.b.maxLength: found -1, allowed a whole number from 0 on | schema.items.enum: found [], allowed a list of values',
  'a schema with a word misspelt is not one that allows everything');

select throws_ok($$
  insert into trimtab.event_types (type, source, room, description, payload_schema)
  values ('shop.order_placed', 'external', 'events', 'x', '{"type": "object", "required": "total"}') $$,
  'TT068', 'the schema of shop.order_placed cannot be used (faults: 1)', 'such a one is not stored');
insert into trimtab.event_types (type, source, room, description, payload_schema) values
  ('shop.order_placed', 'external', 'events', 'x', '{"type": "object", "required": ["total"], "properties": {"total": {"type": "number"}}}'),
  ('shop.audited', 'system', 'events', 'x', '{"type": "object"}');
select results_eq($$ select payload_check is not null from trimtab.event_types where type like 'shop.%' order by type $$, $$ values (false), (true) $$,
  'what comes from outside is held against a predicate, what the system writes against none');

select is(trimtab.event_type_fault('shop.order_placed'), 'Events that begin with shop. are the system''s own.',
  'the first part of a system type is the system''s, whoever added it');
select is(trimtab.event_type_fault('mention.received'), null, 'those of external types are everybody''s');
select ok(trimtab.event_type_fault('Shop') is not null and trimtab.event_type_fault(null) is not null and trimtab.event_type_fault('metric.changed') is not null,
  'a type is dotted, in lower case, and not the system''s');

select * from finish();
rollback;
