DROP INDEX CONCURRENTLY IF EXISTS external_identities_account_idx;
