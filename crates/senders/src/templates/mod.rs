//! Our message texts: files per language, with `{code}` and `{minutes}` to be filled in.
//!
//! To add a language, add a folder and a row in [`templates`] and in `notices.rs`. The HTML contains no links, no style sheets and
//! nothing that a mail program would fetch.

mod notices;

use auth_domain::messages::{Channel, Language, Template, Templates};

use self::notices::with_notices;

/// Our texts for text messages and e-mail, in every language. A program may replace them, and add others for channels
/// of its own ([`Templates::with`], [`Templates::with_notice`]).
///
/// # Panics
/// Never, because each of them contains the code.
#[must_use]
pub fn templates() -> Templates {
    let chinese =
        email(include_str!("zh/email_subject.txt"), include_str!("zh/email.txt"), include_str!("zh/email.html"));
    let english =
        email(include_str!("en/email_subject.txt"), include_str!("en/email.txt"), include_str!("en/email.html"));
    let ours = [
        (Channel::SMS, Language::Chinese, Template::plain(include_str!("zh/sms.txt"))),
        (Channel::SMS, Language::English, Template::plain(include_str!("en/sms.txt"))),
        (Channel::EMAIL, Language::Chinese, chinese),
        (Channel::EMAIL, Language::English, english),
    ];
    let add = |templates: Templates, (channel, language, template)| {
        templates.with(channel, language, template).expect("our words hold the code")
    };
    with_notices(ours.into_iter().fold(Templates::new(), add))
}

fn email(subject: &str, text: &str, html: &str) -> Template {
    Template { subject: subject.to_owned(), text: text.to_owned(), html: Some(html.to_owned()) }
}

#[cfg(test)]
mod tests {
    use auth_domain::identifier::{IdentifierScheme as _, PhoneNumberScheme};
    use auth_domain::keyed_hash::ServerKey;
    use auth_domain::messages::{Content, MessageId, OutgoingMessage, Words};
    use auth_domain::secret_bytes::SecretBytes;
    use auth_domain::verifications::{VerificationCode, VerificationId};
    use rstest::rstest;

    use super::*;

    /// The lengths of one message in GSM 03.38 letters and in UCS-2 (3GPP TS 23.040, 9.2.3.24).
    const ONE_GSM_MESSAGE: usize = 160;
    const ONE_UCS2_MESSAGE: usize = 70;

    fn message(language: Language) -> OutgoingMessage {
        let key = ServerKey::new(SecretBytes::new([7; 32]));
        OutgoingMessage {
            id: MessageId::new([1; 16]),
            to: PhoneNumberScheme::default().parse("+86 13000000000").expect("valid"),
            address_as_sent: "+86 13000000000".to_owned(),
            language,
            content: Content::Code {
                code: VerificationCode::derive(&key, VerificationId::new([2; 16])),
                ttl_minutes: 987,
            },
            created_at: auth_domain::Timestamp::UNIX_EPOCH,
        }
    }

    fn words(channel: Channel, message: &OutgoingMessage) -> Words {
        templates().words(channel, message)
    }

    fn assert_whole(text: &str, message: &OutgoingMessage) {
        assert_eq!(text.matches(message.code().expect("a code").expose()).count(), 1, "{text}");
        assert_eq!(text.matches("987").count(), 1, "{text}");
        assert!(!text.contains(['{', '}']), "{text}");
    }

    #[rstest]
    fn every_template_carries_code_and_minutes(
        #[values(Language::Chinese, Language::English)] language: Language,
        #[values(Channel::SMS, Channel::EMAIL)] channel: Channel,
    ) {
        let message = message(language);
        assert_whole(&words(channel, &message).text, &message);
        let email = words(Channel::EMAIL, &message);
        assert_whole(&email.html.expect("a document"), &message);
        assert!(!email.subject.contains(['{', '}', '\n', '\r']) && !email.subject.is_empty());
    }

    #[rstest]
    fn html_fetches_nothing_and_leads_nowhere(#[values(Language::Chinese, Language::English)] language: Language) {
        let html = words(Channel::EMAIL, &message(language)).html.expect("a document").to_lowercase();
        for forbidden in ["http", "//", "src=", "href", "url(", "<script", "<img", "<link", "<a "] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
    }

    #[test]
    fn text_messages_fit_into_one() {
        let chinese = words(Channel::SMS, &message(Language::Chinese)).text;
        assert!(chinese.encode_utf16().count() <= ONE_UCS2_MESSAGE, "{chinese}");
        let english = words(Channel::SMS, &message(Language::English)).text;
        assert!(english.is_ascii() && english.len() <= ONE_GSM_MESSAGE, "{english}");
    }
}
