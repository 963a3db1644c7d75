-- What stored password hashes cost, apart from those of the default cost, which are nearly all.
CREATE INDEX CONCURRENTLY credentials_cost_idx ON credentials (
    (CASE WHEN password_hash LIKE '$2%' THEN left(password_hash, 7)
          ELSE regexp_replace(password_hash, '\$[^$]*\$[^$]*$', '') END)
) WHERE password_hash NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%';
