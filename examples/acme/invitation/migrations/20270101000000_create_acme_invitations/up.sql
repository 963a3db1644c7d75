-- Codes of invitations. Each is good for one account.
CREATE TABLE acme_invitations (
    code text NOT NULL,
    -- The user who signed up with it. No foreign key: the code stays used when the user is gone.
    used_by bigint,
    CONSTRAINT acme_invitations_pkey PRIMARY KEY (code),
    CONSTRAINT acme_invitations_code_check CHECK (code = upper(code))
);
