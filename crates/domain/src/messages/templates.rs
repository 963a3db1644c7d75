//! The texts of messages.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Channel, Content, Language, Notice, NoticeKind, OutgoingMessage};
use crate::Timestamp;
use crate::verifications::VerificationCode;

/// The placeholder for the code.
const CODE: &str = "{code}";
/// The placeholder for the number of minutes for which the code is valid.
const MINUTES: &str = "{minutes}";
/// The placeholder for what a notice is about.
const ABOUT: &str = "{about}";
/// The placeholder for when it happened.
const TIME: &str = "{time}";

/// The text for one channel in one language.
///
/// A text for codes has the placeholders `{code}` and, if wanted, `{minutes}`; both are replaced by digits. One for notices
/// may have `{about}`, which is replaced by masked addresses and names of third parties, and `{time}`, which is replaced
/// by the instant in UTC; both are escaped in HTML.
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

    fn of_code(&self, code: &VerificationCode, minutes: u32) -> Words {
        let minutes = minutes.to_string();
        self.filled(|text| text.replace(CODE, code.expose()).replace(MINUTES, &minutes))
    }

    /// What was filled in is not searched for placeholders again.
    fn of_notice(&self, notice: &Notice, at: Timestamp) -> Words {
        let time = at.format("%Y-%m-%d %H:%M UTC").to_string();
        let about = notice.about.join(", ");
        let fill = |text: &str, about: &str| {
            text.split(ABOUT).map(|part| part.replace(TIME, &time)).collect::<Vec<_>>().join(about)
        };
        let words = self.filled(|text| fill(text, &about));
        Words { html: self.html.as_deref().map(|html| fill(html.trim_end(), &escaped(&about))), ..words }
    }

    fn filled(&self, fill: impl Fn(&str) -> String) -> Words {
        Words {
            subject: self.subject.trim_end().to_owned(),
            text: fill(self.text.trim_end()),
            html: self.html.as_deref().map(|html| fill(html.trim_end())),
        }
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

impl Words {
    fn plain(text: String) -> Self {
        Self { subject: String::new(), text, html: None }
    }
}

/// A template that would not deliver the code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the text for {channel} in {} must contain {{code}}", .language.tag())]
pub struct TemplateError {
    channel: Channel,
    language: Language,
}

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    Code,
    Notice(NoticeKind),
}

/// The texts of all channels, by purpose and language.
#[derive(Debug, Clone, Default)]
pub struct Templates(BTreeMap<(Purpose, Channel, Language), Template>);

impl Templates {
    /// Creates an empty set of texts. With it, a message would consist of the code only, or of the name of what happened.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text for codes on a channel in a language, replacing an earlier one.
    ///
    /// # Errors
    /// Returns [`TemplateError`] if the text or the HTML lacks `{code}`.
    pub fn with(mut self, channel: Channel, language: Language, template: Template) -> Result<Self, TemplateError> {
        let texts = [Some(&template.text), template.html.as_ref()];
        if texts.into_iter().flatten().any(|text| !text.contains(CODE)) {
            return Err(TemplateError { channel, language });
        }
        self.0.insert((Purpose::Code, channel, language), template);
        Ok(self)
    }

    /// Adds a text for notices of this kind on a channel in a language, replacing an earlier one.
    #[must_use]
    pub fn with_notice(mut self, kind: NoticeKind, channel: Channel, language: Language, template: Template) -> Self {
        self.0.insert((Purpose::Notice(kind), channel, language), template);
        self
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
        let template = |purpose| self.template(purpose, channel, message.language);
        match &message.content {
            Content::Code { code, ttl_minutes } => match template(Purpose::Code) {
                Some(template) => template.of_code(code, *ttl_minutes),
                None => Words::plain(code.expose().to_owned()),
            },
            Content::Notice(notice) => match template(Purpose::Notice(notice.kind)) {
                Some(template) => template.of_notice(notice, message.created_at),
                None => Words::plain(notice.kind.name().to_owned()),
            },
        }
    }

    /// Finds a template in this language if possible. The channel's own texts take precedence over the language.
    fn template(&self, purpose: Purpose, channel: Channel, language: Language) -> Option<&Template> {
        let of = |channel| {
            let in_language = self.0.get(&(purpose, channel, language));
            let fits = |(of, on, _): &(Purpose, Channel, Language)| (*of, *on) == (purpose, channel);
            in_language.or_else(|| self.0.iter().find(|(key, _)| fits(key)).map(|(_, found)| found))
        };
        of(channel).or_else(|| of(Channel::SMS))
    }
}

/// Escapes what is special in HTML (WHATWG HTML, 13.3).
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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
            content: Content::Code { code: code(), ttl_minutes: 9 },
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn code() -> VerificationCode {
        VerificationCode::derive(&ServerKey::new(SecretBytes::new([7; 32])), VerificationId::new([2; 16]))
    }

    fn with(templates: Templates, channel: Channel, language: Language, text: &str) -> Templates {
        templates.with(channel, language, Template::plain(text)).expect("it holds the code")
    }

    #[test]
    fn a_channel_has_its_own_words_or_those_of_text_messages() {
        let english = message(Language::English);
        let code = code().expose().to_owned();
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

    #[test]
    fn a_notice_has_the_words_of_its_kind() {
        let about = vec!["a***@x.example".to_owned(), "<b>{time}&".to_owned()];
        let notice = Notice { kind: NoticeKind::ContactAdded, about };
        let message = OutgoingMessage { content: Content::Notice(notice), ..message(Language::English) };
        assert_eq!(Templates::new().words(PIGEON, &message).text, "contact_added");
        let template = Template {
            subject: "News\n".to_owned(),
            text: "{about}, {time}\n".to_owned(),
            html: Some("<p>{about}".to_owned()),
        };
        let templates = with(Templates::new(), Channel::SMS, Language::English, "{code}")
            .with_notice(NoticeKind::ContactAdded, Channel::SMS, Language::English, template)
            .with_notice(NoticeKind::PasswordSet, Channel::SMS, Language::English, Template::plain("other"));
        let words = templates.words(PIGEON, &message);
        assert_eq!(words.text, "a***@x.example, <b>{time}&, 1970-01-01 00:00 UTC");
        assert_eq!(words.html.as_deref(), Some("<p>a***@x.example, &lt;b&gt;{time}&amp;"));
        assert_eq!(words.subject, "News");
    }
}
