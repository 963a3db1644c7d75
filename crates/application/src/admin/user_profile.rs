//! The profile of a user as an operator provides it.

use auth_domain::profile::{Profile, ProfileError, RawProfile};

/// Profile fields, not yet checked. All are optional.
#[derive(Debug, Clone, Default)]
pub struct UserProfile {
    /// The name to show.
    pub nickname: Option<String>,
    /// `MALE`, `FEMALE` or `UNKNOWN`.
    pub gender: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// The language tag.
    pub locale: Option<String>,
    /// A short description.
    pub description: Option<String>,
}

impl UserProfile {
    /// Keeps what can be read of each part.
    pub(super) fn read(&self) -> Profile {
        Profile::read(&self.raw())
    }

    /// The profile without the parts of these names.
    pub(super) fn cleared(profile: Profile, parts: &[String]) -> Result<Profile, ProfileError> {
        parts.iter().try_fold(profile, |profile, part| match part.as_str() {
            "nickname" => Ok(Profile { name: None, ..profile }),
            "gender" => Ok(Profile { gender: None, ..profile }),
            "picture" => Ok(Profile { picture: None, ..profile }),
            "locale" => Ok(Profile { locale: None, ..profile }),
            "description" => Ok(Profile { description: None, ..profile }),
            _ => Err(ProfileError {
                field: "clear",
                reason: "must name nickname, gender, picture, locale or description".to_owned(),
            }),
        })
    }

    fn raw(&self) -> RawProfile<'_> {
        RawProfile {
            name: self.nickname.as_deref(),
            gender: self.gender.as_deref(),
            picture: self.picture.as_deref(),
            locale: self.locale.as_deref(),
            description: self.description.as_deref(),
        }
    }

    /// Checks each part.
    pub(super) fn parse(&self) -> Result<Profile, ProfileError> {
        Profile::parse(&self.raw()).map_err(|error| match error.field {
            // The field that clients call `name` is called `nickname` in the admin API.
            "name" => ProfileError { field: "nickname", ..error },
            _ => error,
        })
    }
}
