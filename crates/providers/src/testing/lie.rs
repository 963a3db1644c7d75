//! How a fake can misbehave.

/// One way of not doing what the protocol says. A fake tells one lie at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// `iss` of the ID token names somebody else.
    Issuer,
    /// `aud` names another client.
    Audience,
    /// There is no `aud`.
    NoAudience,
    /// `aud` names us and another client, and there is no `azp`.
    SeveralAudiences,
    /// `aud` names us and another client, and `azp` the other one.
    AuthorizedParty,
    /// `exp` was two minutes ago.
    Expired,
    /// There is no `exp`.
    NoExpiry,
    /// `nbf` is in two minutes.
    NotYetValid,
    /// `iat` is in two minutes.
    IssuedInFuture,
    /// `iat` was two hours ago, `exp` is in an hour.
    IssuedLongAgo,
    /// Algorithm `none` and no signature.
    AlgorithmNone,
    /// HS256, keyed with the published public key.
    SymmetricWithPublicKey,
    /// Signed with a key that was never published, under the `kid` of one that was.
    ForeignKey,
    /// Signed with a key that was never published, under a `kid` of its own.
    UnknownKey,
    /// Claims changed after signing.
    Tampered,
    /// The header says that it is an access token (RFC 9068).
    AccessTokenType,
    /// The header names an extension that must be understood.
    CriticalExtension,
    /// The nonce belongs to another flow.
    Nonce,
    /// There is no nonce.
    NoNonce,
    /// There is no `sub`.
    NoSubject,
    /// The `sub` is empty.
    EmptySubject,
    /// The `sub` has 256 characters.
    HugeSubject,
    /// The `sub` is a number.
    NumericSubject,
    /// The `sub` contains a control character.
    ControlCharacterInSubject,
    /// The token endpoint returns no ID token.
    NoIdToken,
    /// The token endpoint returns something that is not a JWT.
    GarbledIdToken,
    /// The discovery document names another issuer.
    DiscoveredIssuer,
    /// The discovery document lacks the address of the key set.
    IncompleteDiscovery,
    /// The key set is not a key set.
    GarbledKeySet,
    /// The token endpoint answers 400 with this OAuth error.
    OAuthError(&'static str),
    /// An endpoint fails as an HTTP server, not as a provider.
    At(FakeEndpoint, Misbehaviour),
}

/// The parts of a fake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FakeEndpoint {
    /// The discovery document.
    Discovery,
    /// The key set.
    KeySet,
    /// The token endpoint.
    Token,
    /// GitHub's API: who the user is.
    User,
    /// GitHub's API: the user's e-mail addresses.
    Emails,
}

/// The ways in which a server can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misbehaviour {
    /// Never answers.
    Hang,
    /// Sends half an answer and then nothing.
    HangHalfway,
    /// Sends half an answer and hangs up.
    BreakOff,
    /// Answers with this status and an HTML page.
    Status(u16),
    /// Answers 200 with an HTML page.
    Html,
    /// Answers 200 with half a JSON document.
    HalfJson,
    /// Redirects to the same path with a query; following it would give the right answer.
    Redirect,
    /// Answers with a megabyte of JSON.
    Huge,
    /// The same, without saying how long it is.
    HugeWithoutLength,
    /// Answers with something that is not HTTP.
    NotHttp,
}
