//! Our words for notices: per language, a sentence for each kind and advice, which stand in a frame for each channel.

use auth_domain::messages::{Channel, Language, NoticeKind, Template, Templates};

/// The texts of one language. `sentences` has a line `KIND = SENTENCE` for each kind, a line `advice = …`, and lines
/// `KIND.advice = …` for kinds whose owners are to do something else.
struct Texts {
    language: Language,
    sentences: &'static str,
    subject: &'static str,
    text: &'static str,
    html: &'static str,
}

const ENGLISH: Texts = Texts {
    language: Language::English,
    sentences: include_str!("en/notices.txt"),
    subject: include_str!("en/notice_email_subject.txt"),
    text: include_str!("en/notice_email.txt"),
    html: include_str!("en/notice_email.html"),
};

const CHINESE: Texts = Texts {
    language: Language::Chinese,
    sentences: include_str!("zh/notices.txt"),
    subject: include_str!("zh/notice_email_subject.txt"),
    text: include_str!("zh/notice_email.txt"),
    html: include_str!("zh/notice_email.html"),
};

/// Adds the texts of every kind of notice for text messages and e-mail, in every language.
pub(super) fn with_notices(templates: Templates) -> Templates {
    let of_language = |templates: Templates, texts: Texts| {
        NoticeKind::ALL.into_iter().fold(templates, |templates, kind| {
            let Texts { language, .. } = texts;
            templates.with_notice(kind, Channel::SMS, language, texts.text_message(kind)).with_notice(
                kind,
                Channel::EMAIL,
                language,
                texts.email(kind),
            )
        })
    };
    [CHINESE, ENGLISH].into_iter().fold(templates, of_language)
}

impl Texts {
    fn text_message(&self, kind: NoticeKind) -> Template {
        let space = if self.language == Language::Chinese { "" } else { " " };
        Template::plain(format!("{}{space}{}", self.sentence(kind), self.advice(kind)))
    }

    fn email(&self, kind: NoticeKind) -> Template {
        let fill =
            |frame: &str| frame.replace("{sentence}", self.sentence(kind)).replace("{advice}", self.advice(kind));
        Template { subject: self.subject.to_owned(), text: fill(self.text), html: Some(fill(self.html)) }
    }

    fn sentence(&self, kind: NoticeKind) -> &'static str {
        self.line(kind.name()).unwrap_or(kind.name())
    }

    fn advice(&self, kind: NoticeKind) -> &'static str {
        self.line(&format!("{}.advice", kind.name())).or_else(|| self.line("advice")).unwrap_or_default()
    }

    fn line(&self, name: &str) -> Option<&'static str> {
        self.sentences.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))
    }
}

#[cfg(test)]
mod tests {
    use auth_domain::identifier::{EmailScheme, IdentifierScheme as _};
    use auth_domain::messages::{Content, MessageId, Notice, OutgoingMessage, Words};
    use rstest::rstest;

    use super::*;

    /// The lengths of one message in GSM 03.38 letters and in UCS-2 (3GPP TS 23.040, 9.2.3.24).
    const ONE_GSM_MESSAGE: usize = 160;
    const ONE_UCS2_MESSAGE: usize = 70;

    fn words(channel: Channel, language: Language, kind: NoticeKind) -> Words {
        let message = OutgoingMessage {
            id: MessageId::new([1; 16]),
            to: EmailScheme.parse("ann@example.com").expect("valid"),
            address_as_sent: "ann@example.com".to_owned(),
            language,
            content: Content::Notice(Notice::about(kind, "b***@example.org".to_owned())),
            created_at: auth_domain::Timestamp::UNIX_EPOCH,
        };
        with_notices(Templates::new()).words(channel, &message)
    }

    #[rstest]
    fn every_kind_has_its_words(
        #[values(Language::Chinese, Language::English)] language: Language,
        #[values(Channel::SMS, Channel::EMAIL)] channel: Channel,
    ) {
        let mut seen = Vec::new();
        for kind in NoticeKind::ALL {
            let words = words(channel, language, kind);
            assert!(!seen.contains(&words.text), "{} says what another kind says", kind.name());
            let is_in_language = words.text.is_ascii() == (language == Language::English);
            assert!(is_in_language && !words.text.contains(kind.name()), "{}", words.text);
            for text in [Some(&words.text), words.html.as_ref()].into_iter().flatten() {
                assert!(!text.contains(['{', '}']), "{text}");
            }
            assert_eq!(channel == Channel::EMAIL, words.html.is_some() && !words.subject.is_empty());
            seen.push(words.text);
        }
    }

    #[rstest]
    fn nothing_in_them_can_be_followed(#[values(Language::Chinese, Language::English)] language: Language) {
        for kind in NoticeKind::ALL {
            let html = words(Channel::EMAIL, language, kind).html.expect("a document").to_lowercase();
            for forbidden in ["http", "//", "src=", "href", "url(", "<script", "<img", "<link", "<a ", "www."] {
                assert!(!html.contains(forbidden), "{forbidden} in {html}");
            }
        }
    }

    /// A list of what was removed may take more than one text message.
    #[test]
    fn text_messages_fit_into_one() {
        for kind in NoticeKind::ALL.into_iter().filter(|kind| *kind != NoticeKind::AccountRecovered) {
            let chinese = words(Channel::SMS, Language::Chinese, kind).text;
            assert!(chinese.encode_utf16().count() <= ONE_UCS2_MESSAGE, "{chinese}");
            let english = words(Channel::SMS, Language::English, kind).text;
            assert!(english.is_ascii() && english.len() <= ONE_GSM_MESSAGE, "{english}");
        }
    }
}
