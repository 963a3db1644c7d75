-- A step of its own: it reads the whole table, under a lock that lets others write.
ALTER TABLE proofs VALIDATE CONSTRAINT proofs_subject_check;
