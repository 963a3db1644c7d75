-- Whose account somebody would get into by guessing the code, if a stranger asked for it. Rows from before have nothing
-- here, which means that nobody is guessing; they expire within the hour.
ALTER TABLE verifications ADD COLUMN guessed_at text;
