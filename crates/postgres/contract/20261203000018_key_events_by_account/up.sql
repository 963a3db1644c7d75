-- Events of nobody have the number of a bucket in place of a user, a negative one.
ALTER TABLE events
    DROP CONSTRAINT events_pkey,
    ADD CONSTRAINT events_user_id_id_key UNIQUE USING INDEX events_account_idx;
