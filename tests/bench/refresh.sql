-- What the use of a refresh token asks of PostgreSQL, for pgbench -M prepared. The bench watches one use and
-- refuses to run if the statement is a different one.
\set i :i + 1
\set n :first + :client_id * :each + :i - 1
\set user :n + 2000000000000000000
WITH presented (generation, grace_began, now) AS (VALUES (0, now() - interval '10 seconds', now())),
rotated AS (
    UPDATE sessions s SET
        generation = CASE WHEN s.generation = p.generation THEN s.generation + 1 ELSE s.generation END,
        rotated_at = CASE WHEN s.generation = p.generation THEN p.now ELSE s.rotated_at END,
        ended_at = CASE WHEN s.generation = p.generation
            OR (s.generation = p.generation + 1 AND s.rotated_at > p.grace_began) THEN NULL ELSE p.now END
    FROM presented p
    WHERE s.user_id = :user AND s.id = lpad(to_hex(:n::bigint), 32, '0')::uuid
        AND s.seed_hash = sha256(decode(lpad(to_hex(:n::bigint), 32, '0'), 'hex'))
        AND (s.client_id = ANY(ARRAY['default'])) = true
        AND s.ended_at IS NULL AND s.expires_at > p.now AND s.generation >= p.generation
    RETURNING s.ended_at, s.client_id, s.scope, s.method, s.expires_at),
recorded AS (
    INSERT INTO events (id, at, kind, user_id, actor, method, detail, client_id, device_id, network)
    SELECT gen_random_uuid(), now(), 'refresh_replayed', :user::bigint, 'user', NULL, NULL, 'default', NULL, '127.0.0.1'
    FROM rotated WHERE ended_at IS NOT NULL)
SELECT ended_at, client_id, scope, method, expires_at FROM rotated;
