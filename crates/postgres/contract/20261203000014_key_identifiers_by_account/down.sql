ALTER TABLE identifiers
    DROP CONSTRAINT identifiers_pkey,
    ADD CONSTRAINT identifiers_pkey PRIMARY KEY (kind, value),
    ADD CONSTRAINT identifiers_user_id_kind_key UNIQUE (user_id, kind);
