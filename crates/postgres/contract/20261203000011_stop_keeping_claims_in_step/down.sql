-- As in the step that made them.
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
