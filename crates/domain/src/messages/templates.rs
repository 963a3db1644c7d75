//! The texts of messages.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Channel, Language, OutgoingMessage};

/// The placeholder for the code.
const CODE: &str = "{code}";
/// The placeholder for the number of minutes for which the code is valid.
const MINUTES: &str = "{minutes}";

/// The text for one channel in one language, with the placeholders `{code}` and, if wanted, `{minutes}`. Both are
/// replaced by digits, so nothing needs escaping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The subject: one line without the code, because subjects show up on lock screens and in the logs of mail
    /// servers. Empty for channels that have none.
    pub subject: String,
    /// The whole message as plain text.
    pub text: String,
    /// The same message as an HTML document, for e-mail. It should load nothing and link nowhere.
    pub html: Option<String>,
}

impl Template {
    /// A plain text, for channels that have nothing else.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { subject: String::new(), text: text.into(), html: None }
    }
}

/// The text of one message.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    /// The subject: one line without the code.
    pub subject: String,
    /// The whole message as plain text.
    pub text: String,
    /// The same message as an HTML document, if there is one.
    pub html: Option<String>,
}

/// A template that would not deliver the code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the text for {channel} in {} must contain {{code}}", .language.tag())]
pub struct TemplateError {
    channel: Channel,
    language: Language,
}

/// The texts of all channels, by language.
#[derive(Debug, Clone, Default)]
pub struct Templates(BTreeMap<(Channel, Language), Template>);

impl Templates {
    /// Creates an empty set of texts. With it, a message would consist of the code only.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text for a channel in a language, replacing an earlier one.
    ///
    /// # Errors
    /// Returns [`TemplateError`] if the text or the HTML lacks `{code}`.
    pub fn with(mut self, channel: Channel, language: Language, template: Template) -> Result<Self, TemplateError> {
        let texts = [Some(&template.text), template.html.as_ref()];
        if texts.into_iter().flatten().any(|text| !text.contains(CODE)) {
            return Err(TemplateError { channel, language });
        }
        self.0.insert((channel, language), template);
        Ok(self)
    }

    /// Adds the texts of `others`, which take precedence over these.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// Returns the text of a message on `channel`. A channel without texts of its own uses those of text messages.
    #[must_use]
    pub fn words(&self, channel: Channel, message: &OutgoingMessage) -> Words {
        let fill = |text: &str| {
            let minutes = message.code_ttl_minutes.to_string();
            text.trim_end().replace(CODE, message.code.expose()).replace(MINUTES, &minutes)
        };
        match self.template(channel, message.language) {
            Some(Template { subject, text, html }) => {
                Words { subject: subject.trim_end().to_owned(), text: fill(text), html: html.as_deref().map(fill) }
            }
            None => Words { subject: String::new(), text: message.code.expose().to_owned(), html: None },
        }
    }

    /// Finds a template in this language if possible. The channel's own texts take precedence over the language.
    fn template(&self, channel: Channel, language: Language) -> Option<&Template> {
        let of = |channel| {
            let in_language = self.0.get(&(channel, language));
            in_language.or_else(|| self.0.iter().find(|((other, _), _)| *other == channel).map(|(_, found)| found))
        };
        of(channel).or_else(|| of(Channel::SMS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::identifier::{EmailScheme, IdentifierScheme as _};
    use crate::keyed_hash::ServerKey;
    use crate::messages::MessageId;
    use crate::secret_bytes::SecretBytes;
    use crate::verifications::{VerificationCode, VerificationId};

    const PIGEON: Channel = Channel::new("pigeon");

    fn message(language: Language) -> OutgoingMessage {
        OutgoingMessage {
            id: MessageId::new([1; 16]),
            to: EmailScheme.parse("a@example.com").expect("valid"),
            address_as_sent: "a@example.com".to_owned(),
            language,
            code: VerificationCode::derive(&ServerKey::new(SecretBytes::new([7; 32])), VerificationId::new([2; 16])),
            created_at: Timestamp::UNIX_EPOCH,
            code_ttl_minutes: 9,
        }
    }

    fn with(templates: Templates, channel: Channel, language: Language, text: &str) -> Templates {
        templates.with(channel, language, Template::plain(text)).expect("it holds the code")
    }

    #[test]
    fn a_channel_has_its_own_words_or_those_of_text_messages() {
        let english = message(Language::English);
        let code = english.code.expose().to_owned();
        let mut templates = Templates::new();
        let mut expect = |added: Option<(Channel, Language, &str)>, words: String| {
            if let Some((channel, language, text)) = added {
                templates = with(std::mem::take(&mut templates), channel, language, text);
            }
            assert_eq!(templates.words(PIGEON, &english).text, words);
        };
        expect(None, code.clone());
        expect(Some((Channel::EMAIL, Language::English, "mail {code}")), code.clone());
        expect(Some((Channel::SMS, Language::English, "sms {code} {minutes}\n")), format!("sms {code} 9"));
        expect(Some((PIGEON, Language::Chinese, "zh {code}")), format!("zh {code}"));
        expect(Some((PIGEON, Language::English, "coo {code}")), format!("coo {code}"));
    }

    #[test]
    fn later_words_win() {
        let ours = with(Templates::new(), Channel::SMS, Language::English, "ours {code}");
        let theirs = with(Templates::new(), Channel::SMS, Language::English, "theirs {code}");
        assert!(ours.and(theirs).words(Channel::SMS, &message(Language::English)).text.starts_with("theirs"));
    }

    #[test]
    fn words_without_the_code_are_refused() {
        let refused = Templates::new().with(PIGEON, Language::English, Template::plain("coo"));
        assert_eq!(refused.expect_err("no code").to_string(), "the text for pigeon in en must contain {code}");
        let html = Template { html: Some("<p>".to_owned()), ..Template::plain("{code}") };
        assert!(Templates::new().with(PIGEON, Language::English, html).is_err());
    }
}
