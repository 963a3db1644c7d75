ALTER TABLE external_identities
    DROP CONSTRAINT external_identities_pkey,
    ADD CONSTRAINT external_identities_pkey PRIMARY KEY (provider, subject),
    ADD CONSTRAINT external_identities_user_id_provider_key UNIQUE (user_id, provider);
