-- Sharded by account. `seed_hash` and `generation` are all that is kept of a refresh token.
CREATE TABLE sessions (
    user_id bigint NOT NULL,
    id uuid NOT NULL,
    client_id text NOT NULL,
    device_id text,
    network text NOT NULL,
    user_agent text,
    scope text NOT NULL,
    method text NOT NULL,
    seed_hash bytea NOT NULL,
    generation integer NOT NULL DEFAULT 0,
    rotated_at timestamptz,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- What happened to accounts. No foreign key: the record outlives the account.
CREATE TABLE events (
    user_id bigint NOT NULL,
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    method text NOT NULL,
    client_id text NOT NULL,
    device_id text,
    network text NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (user_id, at, id)
);
