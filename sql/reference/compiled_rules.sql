-- Compiler 2. A deploy runs this again when the number changes with that of rule_compiler(); after the vocabulary, by which
-- documents are read.
select trimtab.recompile_rules();
