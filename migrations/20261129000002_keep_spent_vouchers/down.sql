DELETE FROM proofs WHERE subject = 'voucher';
ALTER TABLE proofs DROP CONSTRAINT proofs_subject_check;
ALTER TABLE proofs ADD CONSTRAINT proofs_subject_check CHECK (
    (subject = 'address' AND address_kind IS NOT NULL AND address_value IS NOT NULL AND address_shown IS NOT NULL)
    OR (subject = 'external' AND external_profile IS NOT NULL)
    OR (subject = 'presence' AND presence_user_id IS NOT NULL AND presence_session_id IS NOT NULL)
);
