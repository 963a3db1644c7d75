-- Requests to prove control of an address. The code itself is stored nowhere.
CREATE TABLE verifications (
    id uuid NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    shown text NOT NULL,
    client_id text NOT NULL,
    requester text NOT NULL,
    holder_user_id bigint,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_sent_at timestamptz NOT NULL,
    tries smallint NOT NULL DEFAULT 0,
    verified_at timestamptz,
    CONSTRAINT verifications_pkey PRIMARY KEY (id),
    CONSTRAINT verifications_tries_check CHECK (tries >= 0)
);

CREATE INDEX verifications_requester_idx ON verifications (kind, value, requester, client_id, created_at DESC);
CREATE INDEX verifications_expires_at_idx ON verifications (expires_at);

-- When messages were sent to an address, whoever asked. The row is the lock under which sends are decided.
CREATE TABLE send_budgets (
    kind text NOT NULL,
    value text NOT NULL,
    sent_at timestamptz[] NOT NULL,
    CONSTRAINT send_budgets_pkey PRIMARY KEY (kind, value)
);

-- Single-use proofs. Only hashes of their tokens are kept.
CREATE TABLE proofs (
    hash bytea NOT NULL,
    subject text NOT NULL,
    client_id text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    evidence bytea,
    holder_user_id bigint,
    address_kind text,
    address_value text,
    address_shown text,
    external_profile jsonb,
    presence_user_id bigint,
    presence_session_id uuid,
    spent_at timestamptz,
    spent_user_id bigint,
    spent_fingerprint bytea,
    CONSTRAINT proofs_pkey PRIMARY KEY (hash),
    CONSTRAINT proofs_evidence_key UNIQUE (evidence),
    CONSTRAINT proofs_subject_check CHECK (
        (subject = 'address' AND address_kind IS NOT NULL AND address_value IS NOT NULL AND address_shown IS NOT NULL)
        OR (subject = 'external' AND external_profile IS NOT NULL)
        OR (subject = 'presence' AND presence_user_id IS NOT NULL AND presence_session_id IS NOT NULL)
    ),
    CONSTRAINT proofs_spent_check CHECK (
        (spent_at IS NULL AND spent_user_id IS NULL AND spent_fingerprint IS NULL)
        OR (spent_at IS NOT NULL AND spent_user_id IS NOT NULL AND spent_fingerprint IS NOT NULL)
    )
);

CREATE INDEX proofs_expires_at_idx ON proofs (expires_at);
CREATE INDEX proofs_holder_idx ON proofs (holder_user_id) WHERE holder_user_id IS NOT NULL;
