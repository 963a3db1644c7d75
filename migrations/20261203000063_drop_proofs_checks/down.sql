ALTER TABLE proofs
    ADD CONSTRAINT proofs_subject_check CHECK (
        (subject = 'address' AND address_kind IS NOT NULL AND address_value IS NOT NULL AND address_shown IS NOT NULL)
        OR (subject = 'external' AND external_profile IS NOT NULL)
        OR (subject = 'presence' AND presence_user_id IS NOT NULL AND presence_session_id IS NOT NULL)
        OR (subject = 'voucher' AND spent_at IS NOT NULL)
    ) NOT VALID,
    ADD CONSTRAINT proofs_spent_check CHECK (
        (spent_at IS NULL AND spent_user_id IS NULL AND spent_fingerprint IS NULL)
        OR (spent_at IS NOT NULL AND spent_user_id IS NOT NULL AND spent_fingerprint IS NOT NULL)
    ) NOT VALID;
