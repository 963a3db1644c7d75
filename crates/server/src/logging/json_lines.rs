//! Events as lines of JSON.
//!
//! They are those of `tracing_subscriber`, which reads the JSON of a span again for every event in it and builds a tree from
//! that. A request has a span and at least one event, so here what is JSON already is copied.

use std::fmt::{self, Debug};
use std::io;

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes time, level, the event's own fields, its target, and the span that it is in.
pub(super) struct JsonLines;

impl<S> FormatEvent<S, JsonFields> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, "\",\"level\":\"{}\"", metadata.level())?;
        let mut fields = Fields { writer: &mut writer, outcome: Ok(()) };
        event.record(&mut fields);
        fields.outcome?;
        writer.write_str(",\"target\":")?;
        push_json(&mut writer, metadata.target())?;
        if let Some(span) = event.parent().and_then(|id| context.span(id)).or_else(|| context.lookup_current()) {
            let extensions = span.extensions();
            let fields = extensions.get::<FormattedFields<JsonFields>>();
            // An object, whose end is written here.
            let fields = fields.and_then(|written| written.fields.strip_suffix('}')).unwrap_or("{");
            let comma = if fields == "{" { "" } else { "," };
            write!(writer, ",\"span\":{fields}{comma}\"name\":")?;
            push_json(&mut writer, span.name())?;
            writer.write_char('}')?;
        }
        writer.write_str("}\n")
    }
}

/// Writes the fields of an event. Their names are identifiers with dots.
struct Fields<'a, 'w> {
    writer: &'a mut Writer<'w>,
    outcome: fmt::Result,
}

impl Fields<'_, '_> {
    fn push(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        if self.outcome.is_ok() {
            let name = write!(self.writer, ",\"{}\":", field.name());
            self.outcome = name.and_then(|()| value(self.writer));
        }
    }
}

impl Visit for Fields<'_, '_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, |writer| push_json(writer, &value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, |writer| write!(writer, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, |writer| write!(writer, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, |writer| write!(writer, "{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, |writer| push_json(writer, value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.push(field, |writer| push_json(writer, &format_args!("{value:?}")));
    }
}

fn push_json(writer: &mut Writer<'_>, value: &(impl Serialize + ?Sized)) -> fmt::Result {
    serde_json::to_writer(Bytes(writer), value).map_err(|_| fmt::Error)
}

/// What is written to this goes to a writer of text, piece by piece, each of which is whole.
struct Bytes<'a, 'w>(&'a mut Writer<'w>);

impl io::Write for Bytes<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.write_str(text).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::{fmt, registry};

    use super::super::lines::Lines;
    use super::JsonLines;

    fn read(lines: &Lines) -> Vec<Value> {
        let text = lines.text();
        let read = text.lines().map(|line| {
            assert!(line.starts_with("{\"timestamp\":\"20"), "{line}");
            let mut line: Value = serde_json::from_str(line).expect("it is JSON");
            line.as_object_mut().expect("an object").remove("timestamp");
            line
        });
        read.collect()
    }

    #[test]
    fn lines_are_those_of_the_library() {
        let (ours, theirs) = (Lines::default(), Lines::default());
        let library = fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
        let both = registry()
            .with(fmt::layer().json().event_format(JsonLines).with_writer(ours.clone()))
            .with(library.with_writer(theirs.clone()));
        tracing::subscriber::with_default(both, || {
            tracing::info!(nothing = None::<&str>, "outside");
            tracing::info_span!("request", request.id = "a\"b\n", later = tracing::field::Empty).in_scope(|| {
                tracing::warn!(
                    http.status = 503_u16,
                    millis = 0.25,
                    odd = f64::NAN,
                    less = -1,
                    is_it = true,
                    "request"
                );
                tracing::Span::current().record("later", 7);
                tracing::error!(outcome = "ü\u{1}\\", list = ?["\"x\""], shown = %"y", "message.failed");
                tracing::info_span!("bare").in_scope(|| tracing::info!("inside"));
            });
        });
        assert_eq!(read(&ours), read(&theirs));
        assert_eq!(read(&ours).len(), 4);
    }
}
