//! Checks the audit log: numbers without gaps, and times.

use crate::error::Result;
use crate::model::Time;
use crate::store::sqlite::check::CheckReport;
use crate::store::{EventFilter, Snapshot};

impl Snapshot<'_> {
    /// Checks that events are numbered without gaps. Times that go back are a warning: the clock may have been wrong.
    pub(super) fn check_events(&self, report: &mut CheckReport) -> Result<()> {
        let mut expected = 1;
        let mut latest: Option<Time> = None;
        self.events(&EventFilter::default(), |event| {
            if event.id != expected {
                report.add(format!("event {expected} is missing"));
            }
            if latest.is_some_and(|latest| event.at < latest) {
                report.warnings.push(format!("the clock was set back before event {}", event.id));
            }
            expected = event.id + 1;
            latest = Some(event.at);
            Ok(())
        })
    }
}
