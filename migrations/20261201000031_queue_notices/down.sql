-- Without the columns, nobody could tell what the notices say.
DELETE FROM messages WHERE notice IS NOT NULL;
ALTER TABLE messages
    DROP COLUMN notice,
    DROP COLUMN about;
