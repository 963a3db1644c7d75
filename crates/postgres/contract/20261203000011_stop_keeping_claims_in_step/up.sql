-- No program writes identifiers without claims any more.
DROP TRIGGER external_identities_keep_claims ON external_identities;
DROP TRIGGER identifiers_keep_claims ON identifiers;
DROP FUNCTION keep_identity_claims();
DROP FUNCTION keep_identifier_claims();
