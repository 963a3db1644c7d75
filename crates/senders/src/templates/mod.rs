//! The words of messages: files a language, with `{code}` and `{minutes}` to be filled in.
//!
//! To add a language, add a folder and a row in [`of`]. HTML holds no links, no style sheets and
//! nothing that a mail program would fetch.

use auth_domain::messages::{Channel, Language, OutgoingMessage};

/// The files of one language.
struct Templates {
    sms: &'static str,
    subject: &'static str,
    text: &'static str,
    html: &'static str,
}

const CHINESE: Templates = Templates {
    sms: include_str!("zh/sms.txt"),
    subject: include_str!("zh/email_subject.txt"),
    text: include_str!("zh/email.txt"),
    html: include_str!("zh/email.html"),
};

const ENGLISH: Templates = Templates {
    sms: include_str!("en/sms.txt"),
    subject: include_str!("en/email_subject.txt"),
    text: include_str!("en/email.txt"),
    html: include_str!("en/email.html"),
};

/// An e-mail's words.
pub(crate) struct Email {
    /// One line, without the code: subjects show up on locked screens and in logs of mail servers.
    pub(crate) subject: String,
    /// The same as `html`, in plain text.
    pub(crate) text: String,
    /// A whole HTML document.
    pub(crate) html: String,
}

/// The plain words of a message on `channel`.
pub(crate) fn text(channel: Channel, message: &OutgoingMessage) -> String {
    let templates = of(message.language);
    match channel {
        Channel::Sms => fill(templates.sms, message),
        Channel::Email => fill(templates.text, message),
    }
}

/// The words of an e-mail.
pub(crate) fn email(message: &OutgoingMessage) -> Email {
    let templates = of(message.language);
    Email {
        subject: templates.subject.trim_end().to_owned(),
        text: fill(templates.text, message),
        html: fill(templates.html, message),
    }
}

fn of(language: Language) -> &'static Templates {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}

/// Digits only go in, so nothing needs escaping.
fn fill(template: &str, message: &OutgoingMessage) -> String {
    let minutes = message.code_ttl_minutes.to_string();
    template.trim_end().replace("{code}", message.code.expose()).replace("{minutes}", &minutes)
}

#[cfg(test)]
mod tests {
    use auth_domain::identifier::{IdentifierScheme as _, PhoneNumberScheme};
    use auth_domain::keyed_hash::ServerKey;
    use auth_domain::messages::MessageId;
    use auth_domain::secret_bytes::SecretBytes;
    use auth_domain::verifications::{VerificationCode, VerificationId};
    use rstest::rstest;

    use super::*;

    /// One message of GSM 03.38 letters, and of UCS-2 (3GPP TS 23.040, 9.2.3.24).
    const ONE_GSM_MESSAGE: usize = 160;
    const ONE_UCS2_MESSAGE: usize = 70;

    fn message(language: Language) -> OutgoingMessage {
        let key = ServerKey::new(SecretBytes::new([7; 32]));
        OutgoingMessage {
            id: MessageId::new([1; 16]),
            to: PhoneNumberScheme::default().parse("+86 13000000000").expect("valid"),
            address_as_sent: "+86 13000000000".to_owned(),
            language,
            code: VerificationCode::derive(&key, VerificationId::new([2; 16])),
            created_at: auth_domain::Timestamp::UNIX_EPOCH,
            code_ttl_minutes: 987,
        }
    }

    fn assert_whole(text: &str, message: &OutgoingMessage) {
        assert_eq!(text.matches(message.code.expose()).count(), 1, "{text}");
        assert_eq!(text.matches("987").count(), 1, "{text}");
        assert!(!text.contains(['{', '}']), "{text}");
    }

    #[rstest]
    fn every_template_carries_code_and_minutes(
        #[values(Language::Chinese, Language::English)] language: Language,
        #[values(Channel::Sms, Channel::Email)] channel: Channel,
    ) {
        let message = message(language);
        assert_whole(&text(channel, &message), &message);
        let email = email(&message);
        assert_whole(&email.html, &message);
        assert_eq!(email.text, text(Channel::Email, &message));
        assert!(!email.subject.contains(['{', '}', '\n', '\r']) && !email.subject.is_empty());
    }

    #[rstest]
    fn html_fetches_nothing_and_leads_nowhere(#[values(Language::Chinese, Language::English)] language: Language) {
        let html = email(&message(language)).html.to_lowercase();
        for forbidden in ["http", "//", "src=", "href", "url(", "<script", "<img", "<link", "<a "] {
            assert!(!html.contains(forbidden), "{forbidden} in {html}");
        }
    }

    #[test]
    fn text_messages_fit_into_one() {
        let chinese = text(Channel::Sms, &message(Language::Chinese));
        assert!(chinese.encode_utf16().count() <= ONE_UCS2_MESSAGE, "{chinese}");
        let english = text(Channel::Sms, &message(Language::English));
        assert!(english.is_ascii() && english.len() <= ONE_GSM_MESSAGE, "{english}");
    }
}
