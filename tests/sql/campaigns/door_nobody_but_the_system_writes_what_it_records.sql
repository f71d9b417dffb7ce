begin;
select plan(4);
-- The four that the door writes: ledger, audit log, journal, outbox. trimtab_owner and trimtab_keeper own them and log in nowhere.
create temporary view writers as
select r.rolname::text collate "default" as role, t.name as relation, p.privilege
from pg_roles r
cross join unnest(array['campaign_changes', 'audit_log', 'events', 'campaign_outbox']) t (name)
cross join unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p (privilege)
where not r.rolsuper
  and r.rolname not in ('trimtab_owner', 'trimtab_keeper', 'trimtab_admin')
  and not pg_has_role(r.oid, 'pg_write_all_data', 'usage')
  and (has_table_privilege(r.oid, 'trimtab.' || t.name, p.privilege)
    or p.privilege in ('INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege(r.oid, 'trimtab.' || t.name, p.privilege));

select results_eq('select distinct role from writers', $$values ('trimtab_definer')$$, 'only the owner of the definer functions writes them');
select results_eq('select relation, privilege from writers order by 1, 2',
  $$values ('audit_log', 'INSERT'), ('campaign_changes', 'INSERT'), ('campaign_changes', 'UPDATE'),
      ('campaign_outbox', 'DELETE'), ('campaign_outbox', 'INSERT'), ('campaign_outbox', 'UPDATE'), ('events', 'INSERT')$$,
  'and no more than it needs: nothing is deleted from ledger, audit log and journal');
select is_empty($$select rolname from pg_roles where rolname in ('trimtab_owner', 'trimtab_keeper', 'trimtab_definer', 'trimtab_auth') and rolcanlogin$$,
  'none of the identities logs in');
select results_eq(
  $$select distinct p.proname::text collate "default" from pg_proc p
    where p.pronamespace = 'trimtab'::regnamespace and p.proname in ('announce_change', 'emit_event', 'pause_campaign_as', 'scale_campaign_as',
        'record_failed_action', 'take_back_change', 'lock_active_campaign', 'create_guardrails', 'measure_organization_impact', 'lock_organization')
      -- What people themselves tell the journal is another function of the same name.
      and p.oid <> to_regprocedure('trimtab.emit_event(text,jsonb,text,uuid,text,timestamptz)')
      and (has_function_privilege('trimtab_user', p.oid, 'execute') or has_function_privilege('public', p.oid, 'execute'))$$,
  $$select ''::text where false$$, 'and nobody calls what writes for others');
select * from finish();
rollback;
