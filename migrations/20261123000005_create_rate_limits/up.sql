-- One row per limited key: the instant at which its full burst is available again.
CREATE TABLE rate_limits (
    key bytea NOT NULL,
    full_at timestamptz NOT NULL,
    CONSTRAINT rate_limits_pkey PRIMARY KEY (key)
);
