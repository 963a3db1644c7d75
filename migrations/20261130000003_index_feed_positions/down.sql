DROP INDEX events_feed_position_idx;
