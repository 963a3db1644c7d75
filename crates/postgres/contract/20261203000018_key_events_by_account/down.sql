ALTER TABLE events
    DROP CONSTRAINT events_user_id_id_key,
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
