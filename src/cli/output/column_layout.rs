//! What the values of a column are and how much readers need it, which decides how a terminal shows it.

/// How a column is laid out on a terminal. Data formats and tables in a pipe do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColumnLayout {
    pub(crate) kind: ColumnKind,
    pub(crate) need: ColumnNeed,
    /// Whether the column is left out if all its numbers are zero.
    pub(crate) only_if_any: bool,
}

/// What the values of a column are, which decides what may be done with them where a terminal is narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// A name, amount, time or address. It is never broken; numbers have thousands separators.
    Value,
    /// A number that names something, without thousands separators.
    Id,
    /// Free text, which may end in an ellipsis.
    Text,
    /// Free text that is the point of the row, and wraps.
    Prose,
    /// A file, shown without its folder.
    File,
    /// The state of something, in the colour that says whether it is good.
    State,
}

/// How much readers need a column. Where a terminal is too narrow, the least needed ones are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ColumnNeed {
    Minor,
    Useful,
    /// Never left out. If even these do not fit, each record becomes a block of lines.
    Essential,
}

impl ColumnLayout {
    pub(crate) const fn new(kind: ColumnKind) -> Self {
        Self { kind, need: ColumnNeed::Useful, only_if_any: false }
    }
}
