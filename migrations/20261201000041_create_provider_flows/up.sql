-- Sign-ins at third parties that have begun: one row for each client, device and redirect address at a provider, under a
-- keyed hash of these. The verifier and the nonce are derived from the id with the server's key and stored nowhere.
CREATE TABLE provider_flows (
    key bytea NOT NULL,
    id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT provider_flows_pkey PRIMARY KEY (key)
);

CREATE INDEX provider_flows_expires_at_idx ON provider_flows (expires_at);
