DROP TABLE backfills;
DROP TABLE proof_evidence;
DROP TABLE identity_claims;
DROP TABLE identifier_claims;
