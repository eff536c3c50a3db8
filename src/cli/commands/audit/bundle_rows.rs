//! The rows of an audit bundle: taxes, series, chains, and the bundle itself.

use ssgctl::model::{ChainEnd, Hash, Unit};
use ssgctl::report::{SeriesProof, TaxSum};
use ssgctl::store::bundle::BundleSummary;

use crate::output::{Cell, Column, Row};

/// The tax of one category, country and rate.
pub(super) struct AuditTaxRow(pub(super) TaxSum);

impl Row for AuditTaxRow {
    const NAME: &str = "category";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("currency", |t| Cell::text(t.0.currency.code())),
        Column::new("category", |t| Cell::text(t.0.category.as_str())),
        Column::new("country", |t| t.0.country.as_ref().map_or(Cell::Empty, Cell::shown)),
        Column::new("rate", |t| Cell::shown(t.0.rate)),
        Column::new("invoices", |t| Cell::number(t.0.invoices)),
        Column::new("credit_notes", |t| Cell::number(t.0.credit_notes)),
        Column::new("net", |t| Cell::amount(Unit::Currency(t.0.currency), t.0.net)),
        Column::new("tax", |t| Cell::amount(Unit::Currency(t.0.currency), t.0.tax)),
    ];
}

/// A series of invoice numbers.
pub(super) struct SeriesRow(pub(super) SeriesProof);

impl Row for SeriesRow {
    const NAME: &str = "series";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("series", |s| Cell::text(&s.0.series)),
        Column::new("first", |s| Cell::number(s.0.first)),
        Column::new("last", |s| Cell::number(s.0.last)),
        Column::new("documents", |s| Cell::number(s.0.documents)),
        Column::new("in_period", |s| Cell::number(s.0.in_period)),
        Column::new("missing", |s| Cell::number(s.0.missing())),
    ];
}

/// The end of a hash chain.
pub(super) struct ChainRow {
    pub(super) chain: &'static str,
    pub(super) id: i64,
    pub(super) hash: Hash,
}

impl ChainRow {
    pub(super) fn of(chain: &'static str, end: ChainEnd) -> Self {
        Self { chain, id: end.id, hash: end.hash }
    }
}

impl Row for ChainRow {
    const NAME: &str = "chain";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("chain", |c| Cell::text(c.chain)),
        Column::new("id", |c: &Self| Cell::number(c.id)).id(),
        Column::new("hash", |c| Cell::shown(c.hash)),
    ];
}

/// A bundle that was written, or verified.
pub(crate) struct BundleRow(pub(crate) BundleSummary);

impl Row for BundleRow {
    const NAME: &str = "folder";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("folder", |b| Cell::shown(b.0.folder.display())),
        Column::new("files", |b| Cell::number(b.0.files)),
        Column::new("bytes", |b| Cell::number(b.0.bytes)),
    ];
}
