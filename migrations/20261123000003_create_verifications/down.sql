DROP TABLE proofs;
DROP TABLE send_budgets;
DROP TABLE verifications;
