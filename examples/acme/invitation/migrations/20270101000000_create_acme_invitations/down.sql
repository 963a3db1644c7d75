DROP TABLE acme_invitations;
