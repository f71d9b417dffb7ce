-- Nobody but trimtab_auth, who owns it, opens what is sealed.
revoke all on trimtab.sealing_keys from trimtab_owner, trimtab_definer, trimtab_keeper, trimtab_engine, trimtab_user;
