-- Older than our steps by its version, and yet it refers to a table of ours.
CREATE TABLE badges (
    id bigint CONSTRAINT badges_pkey PRIMARY KEY,
    user_id bigint CONSTRAINT badges_user_id_fkey REFERENCES users (id)
);
