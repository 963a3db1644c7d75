ALTER TABLE send_budgets
    DROP COLUMN codes_sent_at,
    DROP COLUMN code_requesters,
    DROP COLUMN code_ids;
