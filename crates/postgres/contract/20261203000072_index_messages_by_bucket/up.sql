CREATE UNIQUE INDEX CONCURRENTLY messages_bucket_idx ON messages (bucket, id);
