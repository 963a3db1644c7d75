-- A voucher that was spent is kept as a spent proof under its own hash, by which a repeated request is recognised.
ALTER TABLE proofs DROP CONSTRAINT proofs_subject_check;
ALTER TABLE proofs ADD CONSTRAINT proofs_subject_check CHECK (
    (subject = 'address' AND address_kind IS NOT NULL AND address_value IS NOT NULL AND address_shown IS NOT NULL)
    OR (subject = 'external' AND external_profile IS NOT NULL)
    OR (subject = 'presence' AND presence_user_id IS NOT NULL AND presence_session_id IS NOT NULL)
    OR (subject = 'voucher' AND spent_at IS NOT NULL)
) NOT VALID;
