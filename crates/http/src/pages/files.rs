//! The files of the pages, which are in the program: all answers share them.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use actix_web::web::Bytes;

use crate::connection::Shared;
use crate::error::{ApiError, ErrorName};

/// What a page may do: load what this listener serves and call it, and nothing else. No script is inside a page, and
/// texts are never read as HTML.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// A file of a page.
struct File {
    name: &'static str,
    content_type: &'static str,
    text: &'static str,
}

macro_rules! file {
    ($name:literal, $content_type:expr) => {
        File {
            name: $name,
            content_type: $content_type,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/", $name)),
        }
    };
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const ICON: &str = "image/svg+xml";

const FILES: &[File] = &[
    file!("icon.svg", ICON),
    file!("look.css", CSS),
    file!("kit.js", SCRIPT),
    file!("first.html", HTML),
    file!("first.css", CSS),
    file!("first.js", SCRIPT),
    file!("first-words.js", SCRIPT),
    file!("first-calls.js", SCRIPT),
    file!("first-gate.js", SCRIPT),
    file!("docs.html", HTML),
    file!("docs.css", CSS),
    file!("docs.js", SCRIPT),
    file!("docs-words.js", SCRIPT),
    file!("docs-try.js", SCRIPT),
    file!("console.html", HTML),
    file!("console.css", CSS),
    file!("console.js", SCRIPT),
    file!("console-words.js", SCRIPT),
    file!("console-api.js", SCRIPT),
    file!("console-users.js", SCRIPT),
    file!("console-user.js", SCRIPT),
    file!("console-events.js", SCRIPT),
    file!("console-state.js", SCRIPT),
];

/// Answers with a file.
///
/// # Errors
/// `not_found`, where there is none of this name.
pub(super) fn file(name: &str) -> Result<HttpResponse, ApiError> {
    let nothing = || ApiError::new(ErrorName::NotFound, "there is nothing at this path");
    let file = FILES.iter().find(|file| file.name == name).ok_or_else(nothing)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(file.content_type);
    answer.insert_header((CONTENT_SECURITY_POLICY, POLICY)).insert_header((REFERRER_POLICY, "no-referrer"));
    answer.extensions_mut().insert(Shared);
    Ok(answer.body(Bytes::from_static(file.text.as_bytes())))
}
