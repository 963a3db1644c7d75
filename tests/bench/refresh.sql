-- What the use of a refresh token asks of PostgreSQL, for pgbench -M prepared. The bench watches one use and
-- refuses to run if the statement is a different one.
\set i :i + 1
\set n :first + :client_id * :each + :i - 1
\set user :n + 2000000000000000000
UPDATE sessions s SET generation = s.generation + 1, rotated_at = now(), rotated_device = NULL,
    rotated_network = '127.0.0.1'
WHERE s.user_id = :user AND s.id = lpad(to_hex(:n::bigint), 32, '0')::uuid
    AND s.seed_hash = sha256(decode(lpad(to_hex(:n::bigint), 32, '0'), 'hex'))
    AND (s.client_id = ANY(ARRAY['default'])) = true AND s.ended_at IS NULL AND s.expires_at > now()
    AND s.generation = 0
RETURNING s.client_id, s.scope, s.method, s.expires_at;
