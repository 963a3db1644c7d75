ALTER TABLE messages DROP COLUMN bucket;
