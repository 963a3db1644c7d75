-- Who owns a value is decided by the claim.
ALTER TABLE identifiers
    DROP CONSTRAINT identifiers_pkey,
    DROP CONSTRAINT identifiers_user_id_kind_key,
    ADD CONSTRAINT identifiers_pkey PRIMARY KEY USING INDEX identifiers_account_idx;
