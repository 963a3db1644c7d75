-- The newest code of each requester at an address, in the order in which they were sent, so that a send reads one row of
-- the address and finds the verification by its id. Programs from before do not write them; where the last instant is not
-- that of sent_at, nothing is known.
ALTER TABLE send_budgets
    ADD COLUMN codes_sent_at timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN code_requesters bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN code_ids uuid[] NOT NULL DEFAULT '{}';
