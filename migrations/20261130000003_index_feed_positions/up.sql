CREATE INDEX CONCURRENTLY events_feed_position_idx ON events (feed_position) WHERE feed_position IS NOT NULL;
