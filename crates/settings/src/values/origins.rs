//! Which web pages may call the service from a browser.

use url::{Origin, Url};

use super::{Given, Setting, WebAddress};
use crate::Danger;

/// Origins for CORS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Pages of every origin.
    Any,
    /// Pages of these origins, such as `https://app.example.com`; none: same origin only.
    Only(Vec<String>),
}

impl AllowedOrigins {
    /// What is dangerous about a list at the key `allowed_origins`, with what its section says of `allow_any_origin`
    /// and of `allow_plain_origins`.
    pub(crate) fn dangers(&self, any: bool, plain: bool) -> Vec<Danger> {
        const KEY: &str = "allowed_origins";
        let Self::Only(origins) = self else {
            let risk = "is *, so that every web page can call the service from its visitors' browsers";
            return vec![Danger::at(KEY, risk, "allow_any_origin", any)];
        };
        let exposed = |origin: &&String| WebAddress::parse(origin).is_some_and(|origin| origin.is_exposed());
        let risk = |origin| format!("contains {origin}, whose pages can be altered on their way to the browser");
        let found =
            origins.iter().find(exposed).map(|origin| Danger::at(KEY, risk(origin), "allow_plain_origins", plain));
        Vec::from_iter(found)
    }
}

/// One element of the list.
enum Element {
    Any,
    One(String),
}

impl Setting for Element {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("\"*\" or an origin such as https://app.example.com", |text| match text {
            "*" => Some(Self::Any),
            text => origin(text).map(Self::One),
        })
    }
}

/// Reads a list for `deserialize_with`.
pub(crate) fn origins<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<AllowedOrigins, D::Error> {
    super::read::list(deserializer).map(of_elements)
}

/// The same for a list that may be absent.
pub(crate) fn optional_origins<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<AllowedOrigins>, D::Error> {
    Ok(super::read::optional_list(deserializer)?.map(of_elements))
}

fn of_elements(elements: Vec<Element>) -> AllowedOrigins {
    let mut only = Vec::new();
    for element in elements {
        match element {
            Element::Any => return AllowedOrigins::Any,
            Element::One(origin) => only.push(origin),
        }
    }
    AllowedOrigins::Only(only)
}

/// As browsers send it: lower case, no default port, no slash. Apps in a web view have schemes of
/// their own (`capacitor://localhost`), which are kept as written.
fn origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    // A pattern would match nothing: origins are compared whole.
    if !bare || text.contains('*') || !url.has_host() || !url.username().is_empty() {
        return None;
    }
    match url.origin() {
        origin @ Origin::Tuple(..) => Some(origin.ascii_serialization()),
        Origin::Opaque(_) => Some(text.trim_end_matches('/').to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_spelled_as_browsers_do() {
        for (text, spelled) in [
            ("https://App.example.com:443/", Some("https://app.example.com")),
            ("http://localhost:5173", Some("http://localhost:5173")),
            ("capacitor://localhost", Some("capacitor://localhost")),
            ("https://app.example.com/path", None),
            ("https://app.example.com?x", None),
            ("app.example.com", None),
            ("https://*.example.com", None),
        ] {
            assert_eq!(origin(text).as_deref(), spelled, "{text}");
        }
    }
}
