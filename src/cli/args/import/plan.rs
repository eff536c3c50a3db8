//! The result of an import: a row per row of the file, or a summary.

use serde_json::{Map, Value};
use ssgctl::import::{ImportTally, RowOutcome, Verdict};

use crate::output::{Cell, Column, Row};

/// The outcome of a row of the file.
pub(super) struct PlanRow {
    line: u64,
    verdict: Verdict,
    name: String,
    changes: Map<String, Value>,
    left_out: Vec<String>,
    reason: Option<String>,
}

impl PlanRow {
    pub(super) fn of(planned: &RowOutcome<'_>) -> Self {
        Self {
            line: planned.line,
            verdict: planned.verdict,
            name: planned.name.to_owned(),
            // A new record is what its row says, so only changes add information.
            changes: if planned.verdict == Verdict::Changed { planned.changes.values() } else { Map::new() },
            left_out: planned.left_out.to_vec(),
            reason: planned.fault.map(|fault| fault.error.to_string()),
        }
    }
}

impl Row for PlanRow {
    const NAME: &str = "name";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("line", |p: &Self| Cell::number(p.line)).id(),
        Column::new("verdict", |p: &Self| Cell::text(p.verdict.as_str())).state().essential(),
        Column::new("name", |p: &Self| Cell::text(&p.name)).essential(),
        Column::new("changes", |p: &Self| if p.changes.is_empty() { Cell::Empty } else { Cell::Changes(&p.changes) })
            .text(),
        Column::new("left_out", |p| Cell::list(&p.left_out)),
        Column::new("reason", |p: &Self| Cell::maybe(p.reason.as_ref())).text(),
    ];
}

/// The totals of an import.
pub(super) struct ImportSummary {
    pub(super) file: String,
    pub(super) tally: ImportTally,
}

impl Row for ImportSummary {
    const NAME: &str = "file";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("file", |s: &Self| Cell::text(&s.file)).file(),
        Column::new("rows", |s| Cell::number(s.tally.rows)),
        Column::new("new", |s| Cell::number(s.tally.new)),
        Column::new("changed", |s: &Self| Cell::number(s.tally.changed)).only_if_any(),
        Column::new("same", |s: &Self| Cell::number(s.tally.same)).only_if_any(),
        Column::new("refused", |s: &Self| Cell::number(s.tally.refused)).only_if_any(),
    ];
}
