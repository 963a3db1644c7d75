-- Events that wait for subscribers, written in the transaction that they record: ids, no addresses, no secrets.
-- Sharded by bucket, which follows from the ordering key: the user's id, or a number of its own if there is no user.
-- `recorded_at` is read while the locks of that transaction are held, so that it orders the events of one user; `due_at`
-- of a key's first event says when the key's events may be delivered.
CREATE TABLE outbox (
    bucket smallint NOT NULL,
    subscriber text NOT NULL,
    ordering_key bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    failures smallint NOT NULL DEFAULT 0,
    kind text NOT NULL,
    recorded_as text NOT NULL,
    user_id bigint,
    session_id uuid,
    actor text NOT NULL,
    method text,
    client_id text,
    at timestamptz NOT NULL,
    CONSTRAINT outbox_pkey PRIMARY KEY (bucket, subscriber, ordering_key, recorded_at, id)
);

CREATE INDEX outbox_due_at_idx ON outbox (bucket, subscriber, due_at);

-- Events that were given up, with everything that is needed to queue them again.
CREATE TABLE dead_letters (
    bucket smallint NOT NULL,
    subscriber text NOT NULL,
    ordering_key bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    id uuid NOT NULL,
    failures smallint NOT NULL,
    kind text NOT NULL,
    recorded_as text NOT NULL,
    user_id bigint,
    session_id uuid,
    actor text NOT NULL,
    method text,
    client_id text,
    at timestamptz NOT NULL,
    problem text NOT NULL,
    died_at timestamptz NOT NULL,
    CONSTRAINT dead_letters_pkey PRIMARY KEY (bucket, subscriber, id)
);

CREATE INDEX dead_letters_died_at_idx ON dead_letters (died_at, id, subscriber);

-- Subscribers that have unsubscribed. A handful of rows.
CREATE TABLE ended_subscriptions (
    subscriber text NOT NULL,
    ended_at timestamptz NOT NULL,
    CONSTRAINT ended_subscriptions_pkey PRIMARY KEY (subscriber)
);
