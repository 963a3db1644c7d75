-- The part of the queue in which a message waits, computed from its id: 1 to 8. A statement that locks rows names it, so that
-- on engines that spread tables it touches one node. The program before this step knows none and writes 0.
ALTER TABLE messages ADD COLUMN bucket smallint NOT NULL DEFAULT 0;
