DROP INDEX credentials_cost_idx;
