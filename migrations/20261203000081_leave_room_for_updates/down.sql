ALTER TABLE users RESET (fillfactor);
ALTER TABLE sessions RESET (fillfactor);
ALTER TABLE proofs RESET (fillfactor);
ALTER TABLE verifications RESET (fillfactor);
