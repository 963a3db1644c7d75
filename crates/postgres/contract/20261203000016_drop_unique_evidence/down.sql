ALTER TABLE proofs ADD CONSTRAINT proofs_evidence_key UNIQUE (evidence);
