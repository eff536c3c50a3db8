//! What reports sum up, as rows.

use ssgctl::model::{EntryKind, Money, Unit};
use ssgctl::report::UnitTotal;

use crate::output::{Cell, Column, Row};

/// A unit's total, and the sum that was checked to fit.
pub(super) struct Total {
    pub(super) unit: UnitTotal,
    pub(super) total: Money,
}

impl Row for Total {
    const NAME: &str = "unit";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("unit", |t| Cell::text(t.unit.unit.code())),
        Column::new("balances", |t| Cell::number(t.unit.balances)),
        Column::new("in_credit", |t| Cell::amount(t.unit.unit, t.unit.in_credit)),
        Column::new("overdrawn", |t| Cell::amount(t.unit.unit, t.unit.overdrawn)),
        Column::new("total", |t| Cell::amount(t.unit.unit, t.total)),
    ];
}

/// What the entries of one kind added up to in a statement.
pub(super) struct KindTotal {
    pub(super) unit: Unit,
    pub(super) kind: EntryKind,
    pub(super) entries: u64,
    pub(super) amount: Money,
}

impl Row for KindTotal {
    const NAME: &str = "kind";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("kind", |t| Cell::text(t.kind.as_str())),
        Column::new("entries", |t| Cell::number(t.entries)),
        Column::new("amount", |t| Cell::amount(t.unit, t.amount)),
    ];
}
