-- Publishable keys, by which applications name themselves. They are no secrets.
CREATE TABLE client_keys (
    key text NOT NULL,
    client_id text NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT client_keys_pkey PRIMARY KEY (key)
);
