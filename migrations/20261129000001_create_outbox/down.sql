DROP TABLE ended_subscriptions;
DROP TABLE dead_letters;
DROP TABLE outbox;
