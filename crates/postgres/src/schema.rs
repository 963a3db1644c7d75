//! The tables as Diesel sees them. They are created by `migrations/`.

diesel::table! {
    users (id) {
        id -> BigInt,
        status -> Text,
        name -> Nullable<Text>,
        gender -> Nullable<Text>,
        picture -> Nullable<Text>,
        locale -> Nullable<Text>,
        description -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        last_sign_in_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identifiers (user_id, kind) {
        kind -> Text,
        value -> Text,
        shown -> Text,
        user_id -> BigInt,
        verified_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    external_identities (user_id, provider) {
        provider -> Text,
        subject -> Text,
        user_id -> BigInt,
        name -> Nullable<Text>,
        picture -> Nullable<Text>,
        email -> Nullable<Text>,
        phone_number -> Nullable<Text>,
        bound_at -> Timestamptz,
    }
}

diesel::table! {
    identifier_claims (kind, value) {
        kind -> Text,
        value -> Text,
        user_id -> BigInt,
    }
}

diesel::table! {
    identity_claims (provider, subject) {
        provider -> Text,
        subject -> Text,
        user_id -> BigInt,
    }
}

diesel::table! {
    credentials (user_id) {
        user_id -> BigInt,
        password_hash -> Text,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    known_devices (user_id, mark) {
        user_id -> BigInt,
        mark -> Binary,
        last_seen -> Timestamptz,
    }
}

// Without the columns that only SQL names: `seed_hash`, `paid_by`, `rotated_device`, `rotated_network`. For tables of more
// than 16 columns, Diesel itself would take twice as long to compile.
diesel::table! {
    sessions (user_id, id) {
        user_id -> BigInt,
        id -> Uuid,
        client_id -> Text,
        device_id -> Nullable<Text>,
        network -> Text,
        user_agent -> Nullable<Text>,
        scope -> Text,
        method -> Text,
        generation -> Integer,
        rotated_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        present_at -> Nullable<Timestamptz>,
        present_device -> Nullable<Text>,
        present_network -> Nullable<Text>,
    }
}

diesel::table! {
    events (id) {
        id -> Uuid,
        at -> Timestamptz,
        kind -> Text,
        user_id -> Nullable<BigInt>,
        actor -> Text,
        method -> Nullable<Text>,
        detail -> Nullable<Text>,
        client_id -> Nullable<Text>,
        device_id -> Nullable<Text>,
        network -> Nullable<Text>,
        feed_position -> Nullable<BigInt>,
    }
}

diesel::table! {
    verifications (id) {
        id -> Uuid,
        kind -> Text,
        value -> Text,
        shown -> Text,
        client_id -> Text,
        requester -> Text,
        holder_user_id -> Nullable<BigInt>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        last_sent_at -> Timestamptz,
        tries -> SmallInt,
        verified_at -> Nullable<Timestamptz>,
        guessed_at -> Nullable<Text>,
    }
}

diesel::table! {
    send_budgets (kind, value) {
        kind -> Text,
        value -> Text,
        sent_at -> Array<Timestamptz>,
        shares -> Array<SmallInt>,
        senders -> Array<BigInt>,
        codes_sent_at -> Array<Timestamptz>,
        code_requesters -> Array<BigInt>,
        code_ids -> Array<Uuid>,
    }
}

diesel::table! {
    proofs (hash) {
        hash -> Bytea,
        subject -> Text,
        client_id -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        evidence -> Nullable<Bytea>,
        holder_user_id -> Nullable<BigInt>,
        address_kind -> Nullable<Text>,
        address_value -> Nullable<Text>,
        address_shown -> Nullable<Text>,
        external_profile -> Nullable<Jsonb>,
        presence_user_id -> Nullable<BigInt>,
        presence_session_id -> Nullable<Uuid>,
        spent_at -> Nullable<Timestamptz>,
        spent_user_id -> Nullable<BigInt>,
        spent_fingerprint -> Nullable<Bytea>,
    }
}

diesel::table! {
    provider_flows (key) {
        key -> Bytea,
        id -> Uuid,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    messages (bucket, id) {
        bucket -> SmallInt,
        id -> Uuid,
        verification_id -> Uuid,
        channel -> Text,
        address_kind -> Text,
        address_value -> Text,
        address_shown -> Text,
        address_as_sent -> Text,
        language -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        due_at -> Timestamptz,
        attempts -> SmallInt,
        notice -> Nullable<Text>,
        about -> Nullable<Array<Text>>,
    }
}

diesel::table! {
    rate_limits (key) {
        key -> Bytea,
        full_at -> Timestamptz,
    }
}

diesel::table! {
    admin_keys (id) {
        id -> Uuid,
        name -> Text,
        hash -> Bytea,
        scopes -> Array<Text>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    client_keys (key) {
        key -> Text,
        client_id -> Text,
        created_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    outbox (bucket, subscriber, ordering_key, recorded_at, id) {
        bucket -> SmallInt,
        subscriber -> Text,
        ordering_key -> BigInt,
        recorded_at -> Timestamptz,
        id -> Uuid,
        due_at -> Timestamptz,
        failures -> SmallInt,
        kind -> Text,
        recorded_as -> Text,
        user_id -> Nullable<BigInt>,
        session_id -> Nullable<Uuid>,
        actor -> Text,
        method -> Nullable<Text>,
        client_id -> Nullable<Text>,
        at -> Timestamptz,
    }
}

diesel::table! {
    dead_letters (bucket, subscriber, id) {
        bucket -> SmallInt,
        subscriber -> Text,
        ordering_key -> BigInt,
        recorded_at -> Timestamptz,
        id -> Uuid,
        failures -> SmallInt,
        kind -> Text,
        recorded_as -> Text,
        user_id -> Nullable<BigInt>,
        session_id -> Nullable<Uuid>,
        actor -> Text,
        method -> Nullable<Text>,
        client_id -> Nullable<Text>,
        at -> Timestamptz,
        problem -> Text,
        died_at -> Timestamptz,
    }
}

diesel::table! {
    ended_subscriptions (subscriber) {
        subscriber -> Text,
        ended_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(users, identifiers, external_identities, credentials, sessions);
