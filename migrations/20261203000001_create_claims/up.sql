-- Who owns what. Sharded by value: the keys of these tables decide who has a login name or an identity at a third party, and
-- that a piece of evidence makes one proof. The rows of an account (`identifiers`, `external_identities`) say the same
-- from its side, and are sharded by account.
CREATE TABLE identifier_claims (
    kind text NOT NULL,
    value text NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT identifier_claims_pkey PRIMARY KEY (kind, value)
);

CREATE TABLE identity_claims (
    provider text NOT NULL,
    subject text NOT NULL,
    user_id bigint NOT NULL,
    CONSTRAINT identity_claims_pkey PRIMARY KEY (provider, subject)
);

CREATE TABLE proof_evidence (
    evidence bytea NOT NULL,
    hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT proof_evidence_pkey PRIMARY KEY (evidence)
);

CREATE INDEX proof_evidence_expires_at_idx ON proof_evidence (expires_at);

-- A handful of rows: what is copied into new tables in batches, and up to which key.
CREATE TABLE backfills (
    name text NOT NULL,
    reached text[] NOT NULL,
    done_at timestamptz,
    CONSTRAINT backfills_pkey PRIMARY KEY (name)
);
