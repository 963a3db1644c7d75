CREATE UNIQUE INDEX CONCURRENTLY external_identities_account_idx ON external_identities (user_id, provider);
