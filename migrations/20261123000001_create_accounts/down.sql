DROP TABLE credentials;
DROP TABLE external_identities;
DROP TABLE identifiers;
DROP TABLE users;
