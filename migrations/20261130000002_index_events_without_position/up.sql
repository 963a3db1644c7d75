-- The events that wait for a position, in the order in which they get one.
CREATE INDEX CONCURRENTLY events_without_position_idx ON events (at, id) WHERE feed_position IS NULL;
