ALTER TABLE send_budgets
    DROP COLUMN shares,
    DROP COLUMN senders;
