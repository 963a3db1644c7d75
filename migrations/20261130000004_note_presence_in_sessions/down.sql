ALTER TABLE sessions
    DROP COLUMN rotated_device,
    DROP COLUMN rotated_network,
    DROP COLUMN present_at,
    DROP COLUMN present_device,
    DROP COLUMN present_network;
