-- Operators search users by what a login name begins with. The collation makes a beginning one range, whatever that of the
-- database.
CREATE INDEX CONCURRENTLY identifiers_beginning_idx ON identifiers (kind, value COLLATE "C");
