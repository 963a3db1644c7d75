//! What `doctor` finds, for people, for programs and for monitoring.

use std::io::{self, Write};

use serde::Serialize;

use crate::StartFailure;

/// How bad it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// As it should be.
    #[default]
    Ok,
    /// The service does its work; somebody should look at it.
    Warning,
    /// The service does not do its work, or not all of it.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    level: Level,
    what: String,
    found: String,
    /// What to do about it, where the finding does not say it itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

/// Everything that was found, in the order in which it was looked at.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The worst of the findings.
    status: Level,
    findings: Vec<Finding>,
}

impl Report {
    /// It is as it should be.
    pub(super) fn ok(&mut self, what: &str, found: impl Into<String>) {
        self.add(Level::Ok, what, found.into(), None);
    }

    /// It works, and somebody should look at it.
    pub(super) fn warn(&mut self, what: &str, found: impl Into<String>, mend: Option<&str>) {
        self.add(Level::Warning, what, found.into(), mend);
    }

    /// It does not work.
    pub(super) fn problem(&mut self, what: &str, found: impl Into<String>, mend: Option<&str>) {
        self.add(Level::Problem, what, found.into(), mend);
    }

    /// A part cannot be set up. Each line of the message is a finding of its own, and says itself what to do.
    pub(crate) fn failure(&mut self, what: &str, failure: &StartFailure) {
        for line in failure.to_string().lines() {
            self.problem(what, line, None);
        }
    }

    /// What was found before this.
    pub(crate) fn after(mut self, before: Self) -> Self {
        let status = self.status.max(before.status);
        let mut findings = before.findings;
        findings.append(&mut self.findings);
        Self { status, findings }
    }

    fn add(&mut self, level: Level, what: &str, found: String, mend: Option<&str>) {
        let finding = Finding { level, what: what.to_owned(), found, mend: mend.map(str::to_owned) };
        // Two checks may meet the same fault.
        let is_known = |one: &Finding| one.level == Level::Problem && one.found == finding.found;
        if !self.findings.iter().any(is_known) {
            self.status = self.status.max(level);
            self.findings.push(finding);
        }
    }

    /// One line for each finding.
    pub(crate) fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for finding in &self.findings {
            let Finding { level, what, .. } = finding;
            match level {
                Level::Ok => writeln!(out, "{what}: {}", finding.said())?,
                Level::Warning if what.is_empty() => writeln!(out, "warning: {}", finding.said())?,
                Level::Warning => writeln!(out, "warning: {what}: {}", finding.said())?,
                Level::Problem => writeln!(out, "problem: {what}: {}", finding.said())?,
            }
        }
        out.flush()
    }

    /// One JSON object.
    pub(crate) fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// Whether there is something to look at and nothing to mend.
    pub(crate) fn has_warnings_only(&self) -> bool {
        self.status == Level::Warning
    }

    /// Fails with all problems, one a line.
    pub(crate) fn verdict(&self) -> Result<(), StartFailure> {
        let problems = self.findings.iter().filter(|finding| finding.level == Level::Problem).map(Finding::said);
        match problems.collect::<Vec<_>>().join("\n") {
            none if none.is_empty() => Ok(()),
            all => Err(StartFailure::Command(all)),
        }
    }
}

impl Finding {
    fn said(&self) -> String {
        match &self.mend {
            None => self.found.clone(),
            Some(mend) => format!("{}. {mend}", self.found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.ok("server key", "found");
        report.warn("", "it is odd", None);
        report.warn("events to crm", "7 waiting", Some("See why."));
        report.problem("mail", "no answer", Some("See that it runs."));
        report.problem("messages", "no answer", None);
        report
    }

    #[test]
    fn each_finding_is_a_line_and_problems_are_the_verdict() {
        let report = report();
        let mut text = Vec::new();
        report.write_text(&mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "server key: found\nwarning: it is odd\nwarning: events to crm: 7 waiting. See why.\n\
             problem: mail: no answer. See that it runs.\n",
            "the same fault is told once"
        );
        assert_eq!(report.verdict().unwrap_err().to_string(), "no answer. See that it runs.");
        assert!(!report.has_warnings_only());
        let mut odd = Report::default();
        odd.warn("", "it is odd", None);
        assert!(odd.has_warnings_only() && odd.verdict().is_ok());
        assert!(!odd.after(report).has_warnings_only());
    }

    #[test]
    fn programs_read_the_same() {
        let mut json = Vec::new();
        report().write_json(&mut json).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!((&read["status"], &read["findings"][0]["level"]), (&"problem".into(), &"ok".into()));
        let mail = serde_json::json!({
            "level": "problem", "what": "mail", "found": "no answer", "mend": "See that it runs.",
        });
        assert_eq!(read["findings"][3], mail);
    }
}
