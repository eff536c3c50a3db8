//! Rows of `ssgctl balance alerts` about forecasts: what each says now, and when it was raised and ended.

use ssgctl::model::{ForecastAlert, ForecastFigures, ForecastKind, Outlook, Unit};
use ssgctl::report::ForecastCondition;

use crate::output::{Cell, Column, Row};

/// A condition of a warning, and the unit of the balance.
pub(super) struct ForecastRow {
    pub(super) of: ForecastCondition,
    pub(super) unit: Unit,
}

impl Row for ForecastRow {
    const NAME: &str = "kind";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("kind", |f| Cell::text(f.of.key.kind.as_str())),
        Column::new("system_id", |f| f.of.account.as_ref().map_or(Cell::Empty, |account| Cell::text(account.as_str()))),
        Column::new("state", |f: &Self| Cell::text(if f.of.raised.is_some() { "raised" } else { "armed" })).state(),
        Column::new("balance", |f| f.of.figures.balance.map_or(Cell::Empty, |balance| Cell::amount(f.unit, balance))),
        Column::new("forecast_at", |f| Cell::maybe_time(f.of.figures.at)),
        Column::new("recent", |f| Cell::maybe_number(f.of.figures.recent)),
        Column::new("usual", |f| Cell::maybe_number(f.of.figures.usual)),
        Column::new("reason", |f: &Self| Cell::text(reason(&f.of))).text(),
    ];
}

/// Why a forecast warning is as it is.
fn reason(of: &ForecastCondition) -> &'static str {
    let ForecastFigures { at, usual, .. } = of.figures;
    match (of.key.kind, of.outlook, of.raised.is_some()) {
        (_, Outlook::Holds, true) => "reported; the next email comes after it has ended",
        (_, Outlook::Holds, false) => "the next check reports it",
        (_, Outlook::Ended, true) => "it has ended; the next check says so",
        (_, Outlook::Unclear, true) => "reported, and it has not clearly ended",
        (ForecastKind::DaysLeft, Outlook::Ended, false) if at.is_none() => "no charges, or they last longer",
        (ForecastKind::Surge | ForecastKind::Silent, Outlook::Unclear, false) if at.is_none() => {
            "no traffic of today or yesterday is imported"
        }
        (ForecastKind::Surge, Outlook::Unclear, false) => "more than half of a surge, or too new to say",
        (ForecastKind::Silent, Outlook::Unclear, false) if usual.is_none() => "too new to say",
        (ForecastKind::Silent, Outlook::Unclear, false) => "silent, as usual at this time of the week",
        (_, _, false) => "as usual",
    }
}

impl Row for ForecastAlert {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::detail("id", |a: &Self| Cell::number(a.id)).id(),
        Column::new("at", |a| Cell::Time(a.at)),
        Column::new("kind", |a| Cell::text(a.kind.as_str())),
        Column::new("system_id", |a| a.account.as_ref().map_or(Cell::Empty, |account| Cell::text(account.as_str()))),
        Column::new("change", |a: &Self| Cell::text(if a.raised { "raised" } else { "ended" })).state().essential(),
        Column::new("cause", |a| Cell::text(a.cause.as_str())),
        Column::new("balance", |a| match (&a.of, a.figures.balance) {
            (Some((_, unit)), Some(balance)) => Cell::amount(*unit, balance),
            _ => Cell::Empty,
        }),
        Column::new("forecast_at", |a| Cell::maybe_time(a.figures.at)),
        Column::new("recent", |a| Cell::maybe_number(a.figures.recent)),
        Column::new("usual", |a| Cell::maybe_number(a.figures.usual)),
    ];
}
