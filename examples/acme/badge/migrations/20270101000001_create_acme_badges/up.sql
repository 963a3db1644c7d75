-- What users put on their badges.
CREATE TABLE acme_badges (
    user_id bigint NOT NULL,
    motto text NOT NULL,
    CONSTRAINT acme_badges_pkey PRIMARY KEY (user_id),
    CONSTRAINT acme_badges_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
