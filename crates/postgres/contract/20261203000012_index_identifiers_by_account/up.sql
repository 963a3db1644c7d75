CREATE UNIQUE INDEX CONCURRENTLY identifiers_account_idx ON identifiers (user_id, kind);
