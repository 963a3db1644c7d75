-- Messages to send, written in the transaction that causes them. Rows hold ids, not secrets: the
-- code is derived from the verification's id when the message is sent.
CREATE TABLE messages (
    id uuid NOT NULL,
    verification_id uuid NOT NULL,
    channel text NOT NULL,
    address_kind text NOT NULL,
    address_value text NOT NULL,
    address_shown text NOT NULL,
    address_as_sent text NOT NULL,
    language text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    attempts smallint NOT NULL DEFAULT 0,
    CONSTRAINT messages_pkey PRIMARY KEY (id)
);

CREATE INDEX messages_due_at_idx ON messages (due_at);
