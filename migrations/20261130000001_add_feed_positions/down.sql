DROP TABLE feeds;
ALTER TABLE events DROP COLUMN feed_position;
