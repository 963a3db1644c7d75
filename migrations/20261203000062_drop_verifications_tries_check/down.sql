ALTER TABLE verifications ADD CONSTRAINT verifications_tries_check CHECK (tries >= 0) NOT VALID;
