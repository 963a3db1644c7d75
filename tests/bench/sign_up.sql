-- What a sign-up by phone number asks of PostgreSQL, for pgbench -M prepared. The bench watches one
-- sign-up and refuses to run if the statements are different ones.
\set i :i + 1
\set n :first + :client_id * :each + :i - 1
\set user :n + 1000000000000000000
WITH spent AS (
    UPDATE proofs SET spent_at = now(), spent_user_id = :user, spent_fingerprint = sha256(int8send(:n))
    WHERE hash IN (sha256(decode(lpad(to_hex(:n::bigint), 64, '0'), 'hex'))) AND spent_at IS NULL AND expires_at > now()
        AND client_id = 'default' AND subject = 'address' AND address_kind = 'phone_number'
        AND address_value = '+86' || (13000000000 + :n::bigint)
    RETURNING hash),
paid AS (SELECT 1 AS once FROM spent HAVING count(*) = 1),
row0 AS (INSERT INTO events (id, at, kind, user_id, actor, method, detail, client_id, device_id, network)
    SELECT gen_random_uuid(), now(), 'signed_up', :user, 'user', 'phone_number', NULL, 'default', NULL, '127.0.0.1'
    FROM paid),
row1 AS (INSERT INTO sessions (user_id, id, client_id, device_id, network, user_agent, scope, method, seed_hash, paid_by,
                               created_at, expires_at)
    SELECT :user, gen_random_uuid(), 'default', NULL, '127.0.0.1', NULL, 'user', 'phone_number', sha256(int8send(:n)),
           sha256(decode(lpad(to_hex(:n::bigint), 64, '0'), 'hex')), now(), now() + interval '31 days' FROM paid),
row2 AS (INSERT INTO identifier_claims (kind, value, user_id)
    SELECT 'phone_number', '+86' || (13000000000 + :n::bigint), :user FROM paid),
row3 AS (INSERT INTO identifiers (kind, value, shown, user_id, verified_at, created_at)
    SELECT 'phone_number', '+86' || (13000000000 + :n::bigint), '+86 ' || (13000000000 + :n::bigint), :user, now(), now()
    FROM paid),
row4 AS (INSERT INTO users (id, status, name, gender, picture, locale, description, created_at, updated_at, last_sign_in_at)
    SELECT :user, 'ACTIVE', NULL, NULL, NULL, NULL, NULL, now(), now(), now() FROM paid)
SELECT count(*) FROM paid;
