-- That a piece of evidence makes one proof is decided by `proof_evidence`.
ALTER TABLE proofs DROP CONSTRAINT proofs_evidence_key;
