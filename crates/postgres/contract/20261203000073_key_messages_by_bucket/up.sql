-- The program before finds messages by their ids alone. What it has left in bucket 0 stays there until it is delivered.
ALTER TABLE messages
    DROP CONSTRAINT messages_pkey,
    ADD CONSTRAINT messages_pkey PRIMARY KEY USING INDEX messages_bucket_idx;
