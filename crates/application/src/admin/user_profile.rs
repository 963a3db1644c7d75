//! The profile of a user as an operator writes it.

use auth_domain::profile::{Profile, ProfileError, RawProfile};

/// Profile fields, not yet checked. All are optional.
#[derive(Debug, Clone, Default)]
pub struct UserProfile {
    /// Name to show.
    pub nickname: Option<String>,
    /// `MALE`, `FEMALE` or `UNKNOWN`.
    pub gender: Option<String>,
    /// Address of a picture.
    pub picture: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// A few words.
    pub description: Option<String>,
}

impl UserProfile {
    pub(super) fn parse(&self) -> Result<Profile, ProfileError> {
        let raw = RawProfile {
            name: self.nickname.as_deref(),
            gender: self.gender.as_deref(),
            picture: self.picture.as_deref(),
            locale: self.locale.as_deref(),
            description: self.description.as_deref(),
        };
        Profile::parse(&raw).map_err(|error| match error.field {
            // What clients call `name` is the operators' `nickname`.
            "name" => ProfileError { field: "nickname", ..error },
            _ => error,
        })
    }
}
