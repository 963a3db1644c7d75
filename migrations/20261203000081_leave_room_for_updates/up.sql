-- A row that is updated where it lies needs no new entries in the indexes: a code is tried and marked, a proof is spent, a
-- session is refreshed, and a user signs in soon after the row was written. Of a sign-up this was a seventh. What is
-- written already stays as it is.
ALTER TABLE verifications SET (fillfactor = 70);
ALTER TABLE proofs SET (fillfactor = 70);
ALTER TABLE sessions SET (fillfactor = 85);
ALTER TABLE users SET (fillfactor = 90);
