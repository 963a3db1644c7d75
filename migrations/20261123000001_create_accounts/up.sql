-- Sharded by account: users, credentials, external identities by user. Sharded by identifier:
-- identifiers, whose key decides who owns a login name.
CREATE TABLE users (
    id bigint NOT NULL,
    status text NOT NULL,
    name text,
    gender text,
    picture text,
    locale text,
    description text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_sign_in_at timestamptz,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_status_check CHECK (status IN ('ACTIVE', 'BLOCKED'))
);

CREATE TABLE identifiers (
    kind text NOT NULL,
    value text NOT NULL,
    shown text NOT NULL,
    user_id bigint NOT NULL,
    verified_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT identifiers_pkey PRIMARY KEY (kind, value),
    CONSTRAINT identifiers_user_id_kind_key UNIQUE (user_id, kind),
    CONSTRAINT identifiers_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE external_identities (
    provider text NOT NULL,
    subject text NOT NULL,
    user_id bigint NOT NULL,
    name text,
    picture text,
    email text,
    phone_number text,
    bound_at timestamptz NOT NULL,
    CONSTRAINT external_identities_pkey PRIMARY KEY (provider, subject),
    CONSTRAINT external_identities_user_id_provider_key UNIQUE (user_id, provider),
    CONSTRAINT external_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE credentials (
    user_id bigint NOT NULL,
    password_hash text NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT credentials_pkey PRIMARY KEY (user_id),
    CONSTRAINT credentials_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
