-- What steps demand of programs that do not know them. A step after which older programs would go wrong adds a row with
-- its version and the oldest program that works with it. The rule is that a step works with the program before it, and
-- adds none.
CREATE TABLE schema_requirements (
    step text CONSTRAINT schema_requirements_pkey PRIMARY KEY,
    oldest_program text NOT NULL
        CONSTRAINT schema_requirements_oldest_program_check CHECK (oldest_program ~ '^[0-9]+\.[0-9]+\.[0-9]+$')
);
