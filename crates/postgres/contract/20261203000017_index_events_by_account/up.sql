CREATE UNIQUE INDEX CONCURRENTLY events_account_idx ON events (user_id, id);
