DROP TABLE client_keys;
