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

    /// Returns the language that a client prefers of those that exist, by the weights in `Accept-Language` (RFC 9110,
    /// 12.5.4). What has no weight has the highest, what cannot be read as one has none, and what comes first wins among
    /// equals.
    #[must_use]
    pub fn preferred(accepted: &str) -> Option<Self> {
        let weighed = accepted.split(',').filter_map(|range| {
            let mut parts = range.split(';');
            let language = Self::choose(parts.next()?)?;
            let weight = parts.find_map(|part| weight(part.trim())).unwrap_or(Some(1000))?;
            (weight > 0).then_some((weight, language))
        });
        weighed.rev().max_by_key(|(weight, _)| *weight).map(|(_, language)| language)
    }

    /// Returns the language of the first tag in `tags` that starts with a known one. It is used for `locale`.
    #[must_use]
    pub fn choose(tags: &str) -> Option<Self> {
        tags.split(',').find_map(|tag| match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        })
    }
}

/// Reads `q=0.8` in thousandths. `None` if this is no weight, `Some(None)` if it is one that cannot be read.
fn weight(parameter: &str) -> Option<Option<u32>> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let is_weight = matches!(whole, "0" | "1") && fraction.len() <= 3 && fraction.bytes().all(|b| b.is_ascii_digit());
    let thousandths = format!("{whole}{fraction:0<3}").parse().ok();
    Some(thousandths.filter(|weight| is_weight && *weight <= 1000))
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

    #[test]
    fn weights_decide() {
        for (accepted, language) in [
            ("en;q=0.1, zh;q=0.9", Some(Language::Chinese)),
            ("zh;q=0.5, en", Some(Language::English)),
            ("fr, de;q=0.9, en;q=0.3, zh;q=0.2", Some(Language::English)),
            ("zh;q=0, en;q=0.1", Some(Language::English)),
            ("zh;q=0", None),
            ("zh-CN, en;q=1.0", Some(Language::Chinese)),
            ("en-US,en;q=0.9,zh-CN;q=0.95", Some(Language::English)),
            ("en; Q=0.2 , zh ;q = 0.3", Some(Language::Chinese)),
            ("en;q=high, zh;q=0.001", Some(Language::Chinese)),
            ("en;q=1.5", None),
            ("en;level=1;q=0.4, zh;q=0.5", Some(Language::Chinese)),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(Language::preferred(accepted), language, "{accepted}");
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
        fn without_weights_the_first_known_tag_counts(accepted in "((zh|en|fr|de)(-[A-Za-z]{2,4})?, ?){0,5}") {
            prop_assert_eq!(Language::preferred(&accepted), Language::choose(&accepted));
        }

        #[test]
        fn the_heavier_wins(light in 1_u32..1000, more in 1_u32..1000) {
            let heavy = (light + more).min(1000);
            prop_assume!(heavy > light);
            let written = |weight: u32| format!("{}.{:03}", weight / 1000, weight % 1000);
            let accepted = format!("zh;q={}, en;q={}", written(light), written(heavy));
            prop_assert_eq!(Language::preferred(&accepted), Some(Language::English));
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
