CREATE TABLE badges (
    user_id bigint NOT NULL CONSTRAINT badges_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    metal text NOT NULL,
    CONSTRAINT badges_pkey PRIMARY KEY (user_id)
);
