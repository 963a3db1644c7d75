-- Notices to owners wait in the queue of codes. A row with a notice has its kind and what it is about, its own id in place
-- of a verification's, and a channel of the form `notice:email`: a program from before this step knows no such channel,
-- and leaves the row to others instead of sending a code.
ALTER TABLE messages
    ADD COLUMN notice text,
    ADD COLUMN about text[];
