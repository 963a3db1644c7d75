-- The order in which events are read forward. An event has no position when it is written: whoever reads gives
-- positions to events that are committed, and takes turns with other readers at the feed's row. Positions of a feed only
-- grow, so that nothing appears behind a reader.
ALTER TABLE events ADD COLUMN feed_position bigint;

-- A handful of rows.
CREATE TABLE feeds (
    name text NOT NULL,
    last_position bigint NOT NULL,
    CONSTRAINT feeds_pkey PRIMARY KEY (name)
);
