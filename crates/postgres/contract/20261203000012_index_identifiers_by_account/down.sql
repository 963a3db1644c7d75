DROP INDEX CONCURRENTLY IF EXISTS identifiers_account_idx;
