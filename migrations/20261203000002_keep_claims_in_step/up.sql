-- The program before this step knows no claims. While it runs beside this one, these triggers claim what it adds and
-- release what it removes. `migrate --contract` drops them, at once where the whole schema is new. They run with the
-- rights of whoever migrates, because the program's role may get its rights to the new tables later.
CREATE FUNCTION keep_identifier_claims() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO identifier_claims (kind, value, user_id) VALUES (NEW.kind, NEW.value, NEW.user_id)
        ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM identifier_claims WHERE kind = OLD.kind AND value = OLD.value AND user_id = OLD.user_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION keep_identity_claims() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO identity_claims (provider, subject, user_id) VALUES (NEW.provider, NEW.subject, NEW.user_id)
        ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM identity_claims WHERE provider = OLD.provider AND subject = OLD.subject AND user_id = OLD.user_id;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER identifiers_keep_claims AFTER INSERT OR DELETE ON identifiers
    FOR EACH ROW EXECUTE FUNCTION keep_identifier_claims();
CREATE TRIGGER external_identities_keep_claims AFTER INSERT OR DELETE ON external_identities
    FOR EACH ROW EXECUTE FUNCTION keep_identity_claims();

-- Whatever is committed from now on is in step; only what was there before is left to copy.
INSERT INTO backfills (name, reached, done_at) VALUES
    ('identifier_claims', '{}', CASE WHEN EXISTS (SELECT FROM identifiers) THEN NULL ELSE now() END),
    ('identity_claims', '{}', CASE WHEN EXISTS (SELECT FROM external_identities) THEN NULL ELSE now() END);
