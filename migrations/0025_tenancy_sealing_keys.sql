-- The keys under which secrets are stored.
set local lock_timeout = '5s';

create table trimtab.sealing_keys (
  id uuid not null default gen_random_uuid(),
  key bytea not null,
  decoy bytea not null,
  created_at timestamptz not null,
  constraint sealing_keys_pkey primary key (id),
  constraint sealing_keys_key_has_256_bits check (octet_length(key) = 32)
);
comment on table trimtab.sealing_keys is
  'Reference: keys under which secrets are stored. Belongs to trimtab_auth, which alone may read it: the other identities see sealed values only.';
comment on column trimtab.sealing_keys.decoy is 'Something sealed with the key: what is opened where there is no secret, so that both take the same time.';
-- Not even the owner of all other tables, nor who may only deploy those.
alter table trimtab.sealing_keys owner to trimtab_auth;
