-- Devices that an account has signed in with and whose sessions are removed. While a session is kept, its row says the
-- same. Only keyed hashes of the devices' ids are kept, because the ids are secrets.
CREATE TABLE known_devices (
    user_id bigint NOT NULL,
    mark bytea NOT NULL,
    last_seen timestamptz NOT NULL,
    CONSTRAINT known_devices_pkey PRIMARY KEY (user_id, mark),
    CONSTRAINT known_devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX known_devices_last_seen_idx ON known_devices (last_seen);
