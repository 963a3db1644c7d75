ALTER TABLE verifications DROP COLUMN guessed_at;
