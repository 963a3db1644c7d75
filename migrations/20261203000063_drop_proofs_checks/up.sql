-- For the reason of the steps before.
ALTER TABLE proofs DROP CONSTRAINT proofs_subject_check, DROP CONSTRAINT proofs_spent_check;
