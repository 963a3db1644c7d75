-- Who owns an identity is decided by the claim.
ALTER TABLE external_identities
    DROP CONSTRAINT external_identities_pkey,
    DROP CONSTRAINT external_identities_user_id_provider_key,
    ADD CONSTRAINT external_identities_pkey PRIMARY KEY USING INDEX external_identities_account_idx;
