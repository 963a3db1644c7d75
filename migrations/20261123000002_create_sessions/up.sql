-- Sharded by account. `seed_hash` and `generation` are all that is kept of a refresh token; `paid_by`
-- is the proof, if any, that the session began with.
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
    paid_by bytea,
    generation integer NOT NULL DEFAULT 0,
    rotated_at timestamptz,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);

-- What happened, to whom, caused by whom, from where. There is no foreign key, because the record outlives
-- the account. Addresses in `detail` are masked.
CREATE TABLE events (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    user_id bigint,
    actor text NOT NULL,
    method text,
    detail text,
    client_id text,
    device_id text,
    network text,
    CONSTRAINT events_pkey PRIMARY KEY (id)
);

CREATE INDEX events_user_id_idx ON events (user_id, at);
CREATE INDEX events_at_idx ON events (at);
