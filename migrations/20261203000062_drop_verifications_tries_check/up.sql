-- For the reason of the step before, in a step of its own so that no lock waits for another.
ALTER TABLE verifications DROP CONSTRAINT verifications_tries_check;
