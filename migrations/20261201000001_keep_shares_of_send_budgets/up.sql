-- From which share of an address's budget each message was taken, and a keyed hash of the network that asked for it, in
-- the order of sent_at. Programs from before write neither; where the lengths differ, nothing is known.
ALTER TABLE send_budgets
    ADD COLUMN shares smallint[] NOT NULL DEFAULT '{}',
    ADD COLUMN senders bigint[] NOT NULL DEFAULT '{}';
