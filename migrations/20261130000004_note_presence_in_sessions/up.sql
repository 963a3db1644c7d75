-- Where a session was last refreshed, and when and where its owner last proved to be there. Rows from before have
-- nothing here, which means: anywhere, and never.
ALTER TABLE sessions
    ADD COLUMN rotated_device text,
    ADD COLUMN rotated_network text,
    ADD COLUMN present_at timestamptz,
    ADD COLUMN present_device text,
    ADD COLUMN present_network text;
