//! Languages of messages.

/// The languages that templates exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Language {
    /// Chinese, the default language of the hosted service's SDKs.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Returns the tag that stores keep.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh",
            Self::English => "en",
        }
    }

    /// Returns the language of the first tag in `tags` that starts with a known one. It is used for `locale` and for
    /// `Accept-Language` (RFC 9110, 12.5.4; weights are ignored).
    #[must_use]
    pub fn choose(tags: &str) -> Option<Self> {
        tags.split(',').find_map(|tag| match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn language_follows_the_client() {
        for (tags, language) in [
            ("zh-CN", Some(Language::Chinese)),
            ("en-US,en;q=0.9", Some(Language::English)),
            ("fr, en", Some(Language::English)),
            ("fr", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(Language::choose(tags), language, "{tags}");
        }
    }

    /// Generates tags of a language in any letter case.
    fn known() -> impl Strategy<Value = (String, Language)> {
        prop_oneof![("[zZ][hH]", Just(Language::Chinese)), ("[eE][nN]", Just(Language::English))]
    }

    proptest! {
        #[test]
        fn the_first_known_tag_counts_whatever_stands_around_it(
            unknown in "((\\*|de|fr|[a-df-y][a-z]{0,3}|é)?(;q=1)? {0,2}, {0,2}){0,4}",
            (tag, language) in known(),
            rest in "(-[A-Za-z]{0,8})?(;q=0)?(, ?(zh|en|\\PC{0,9}))?",
        ) {
            prop_assert_eq!(Language::choose(&format!("{unknown}{tag}{rest}")), Some(language));
        }

        #[test]
        fn what_is_chosen_was_named(tags in "(?s).{0,40}|[zhen, -]{0,12}") {
            if let Some(language) = Language::choose(&tags) {
                prop_assert!(tags.to_ascii_lowercase().contains(language.tag()));
                prop_assert_eq!(Language::choose(language.tag()), Some(language));
            }
        }
    }
}
