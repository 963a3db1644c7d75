//! `POST /admin/v1/users/import`

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data, Payload};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Serialize;
use utoipa::ToSchema;

use crate::HttpOptions;
use crate::admin::AdminUseCases;
use crate::admin::caller::MayWrite;
use crate::admin::import::{BrokenInput, Import, ImportOptions, ImportReport, LineProblem};
use crate::admin::url::QueryFields;
use crate::error::{ApiError, ErrorBody};

/// Lines that were not imported, as shown one by one. The answer to an endless input is bounded,
/// so a client that reads it only after it has sent everything does not block.
const MAX_PROBLEMS_SHOWN: usize = 1000;
/// Batches between two lines of progress.
const BATCHES_A_PROGRESS: u64 = 10;

impl From<BrokenInput> for ApiError {
    fn from(BrokenInput(reason): BrokenInput) -> Self {
        Self::invalid(reason)
    }
}

/// A line of the answer.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ImportAnswerLine {
    /// A line that was not imported. The first thousand are shown.
    Problem {
        /// The number of the line, counted from 1.
        line: u64,
        /// `existing` (the user, or another with the same login name, is there already) or `refused`.
        status: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The counts so far, every ten thousand lines and at the end.
    Progress {
        /// Whether this is the last line of the answer. Without such a line the import broke off: send
        /// it again with `skip_lines` set to the last `lines` seen.
        done: bool,
        /// Lines that are done, skipped ones included.
        lines: u64,
        /// Users that were stored.
        imported: u64,
        /// Lines whose user was there already.
        existing: u64,
        /// Lines that cannot be imported as they are.
        refused: u64,
    },
    /// The last line of an import that failed. What came before is stored.
    Failure {
        /// The error.
        #[serde(flatten)]
        error: ErrorBody,
        /// Send the input again with `skip_lines` set to this.
        lines: u64,
    },
}

impl ImportAnswerLine {
    fn progress(report: &ImportReport, done: bool) -> Self {
        let &ImportReport { lines, imported, existing, refused, .. } = report;
        Self::Progress { done, lines, imported, existing, refused }
    }

    fn problem(problem: LineProblem) -> Self {
        Self::Problem { line: problem.line, status: problem.kind.name(), reason: problem.reason }
    }
}

/// Import users with the password hashes that they have elsewhere: newline-delimited JSON, one user
/// per line, in any number of lines.
///
/// Fields of a line: at least one of `username`, `email`, `phone_number`; optional `email_verified`,
/// `phone_number_verified`, `password_hash` (as the other program exports it: bcrypt, PHC strings, and what
/// Django, passlib, Werkzeug, ASP.NET, Spring, Keycloak, WordPress, crypt(3), LDAP and Firebase write),
/// `name` or `nickname`, `gender`, `picture`, `locale`, `description`, `status`, `created_at`, and `id`,
/// which keeps an id that this service gave before. Other fields are refused.
///
/// Lines are stored in batches while the body still arrives; the answer is newline-delimited JSON too.
/// To go on after a failure, send the same input with `skip_lines`, or just send it again: users that
/// exist are reported as `existing` and left as they are.
#[utoipa::path(post, path = "/admin/v1/users/import", tag = "users", security(("admin_key" = ["users:write"])),
    params(("skip_lines" = Option<u64>, Query, description = "Lines at the beginning that are done already")),
    request_body(content = String, content_type = "application/x-ndjson",
        example = json!("{\"username\":\"ann\",\"password_hash\":\"$2b$12$…\"}\n{\"email\":\"bob@example.com\",\"email_verified\":true}\n")),
    responses(
        (status = 200, body = ImportAnswerLine, content_type = "application/x-ndjson",
            examples(
                ("a line that was not imported" = (value = json!({
                    "line": 2, "status": "existing", "reason": "email is already registered",
                }))),
                ("the last line" = (value = json!({
                    "done": true, "lines": 2, "imported": 1, "existing": 1, "refused": 0,
                }))),
                ("the last line of an import that failed" = (value = json!({
                    "error": "unavailable", "error_code": 14,
                    "error_description": "the service is busy: try again later", "lines": 1000,
                }))),
            )),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
    ))]
pub(crate) async fn import_users(
    caller: MayWrite<(QueryFields, Payload)>,
    options: Data<HttpOptions>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let (fields, body) = caller.request;
    let skip_lines = fields.value("skip_lines")?.unwrap_or(0);
    let import_options = ImportOptions { skip_lines, schemes: options.schemes.clone(), operator: caller.operator };
    let chunks = Box::pin(chunks(body, options.body_timeout));
    let import = Import::new(chunks, use_cases.import_users.clone(), import_options);
    Ok(HttpResponse::Ok().content_type("application/x-ndjson").streaming(answer(import)))
}

/// The body, of which no part may take longer than `timeout` to arrive.
fn chunks(body: Payload, timeout: Duration) -> impl Stream<Item = Result<Bytes, String>> {
    stream::unfold(Some(body), move |body| async move {
        let mut body = body?;
        match tokio::time::timeout(timeout, body.next()).await {
            Ok(chunk) => chunk.map(|chunk| (chunk.map_err(|_| "the body broke off".to_owned()), Some(body))),
            Err(_) => Some((Err("the body took too long to arrive".to_owned()), None)),
        }
    })
}

/// What has been reported of an import.
struct Telling<S> {
    import: Import<S>,
    last: ImportReport,
    batches: u64,
    shown: usize,
}

fn answer<S>(import: Import<S>) -> impl Stream<Item = Result<Bytes, Infallible>>
where
    S: Stream<Item = Result<Bytes, String>> + Unpin,
{
    let telling = Telling { import, last: ImportReport::default(), batches: 0, shown: 0 };
    stream::unfold(Some(telling), |telling| async move {
        let mut telling = telling?;
        let (lines, ended) = telling.next().await;
        let text: Vec<u8> = lines.iter().flat_map(text).collect();
        Some((Ok(Bytes::from(text)), (!ended).then_some(telling)))
    })
    // An empty chunk would end the answer's body.
    .filter(|chunk: &Result<Bytes, Infallible>| std::future::ready(!matches!(chunk, Ok(bytes) if bytes.is_empty())))
}

impl<S: Stream<Item = Result<Bytes, String>> + Unpin> Telling<S> {
    /// What to tell after the next batch, and whether that is all.
    async fn next(&mut self) -> (Vec<ImportAnswerLine>, bool) {
        match self.import.next().await {
            Some(Ok(report)) => (self.batch(report), false),
            Some(Err(failure)) => {
                let lines = self.import.lines_done();
                (vec![ImportAnswerLine::Failure { error: ApiError::from(failure).body(), lines }], true)
            }
            None => (vec![ImportAnswerLine::progress(&self.last, true)], true),
        }
    }

    fn batch(&mut self, mut report: ImportReport) -> Vec<ImportAnswerLine> {
        let problems = std::mem::take(&mut report.problems);
        let room = MAX_PROBLEMS_SHOWN - self.shown;
        let mut lines: Vec<_> = problems.into_iter().take(room).map(ImportAnswerLine::problem).collect();
        self.shown += lines.len();
        self.batches += 1;
        if self.batches.is_multiple_of(BATCHES_A_PROGRESS) {
            lines.push(ImportAnswerLine::progress(&report, false));
        }
        self.last = report;
        lines
    }
}

fn text(line: &ImportAnswerLine) -> Vec<u8> {
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    text
}
