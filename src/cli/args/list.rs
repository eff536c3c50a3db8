//! Options that all list commands share.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::ArgValueCompleter;
use ssgctl::store::{ArchiveFilter, Page, Snapshot, SortField};

use crate::args::completion;
use crate::output::{Row, TableWriter};

/// Which records a list shows: active, archived or all.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
pub(crate) struct ArchiveFilterArgs {
    /// List archived records instead of active ones
    #[arg(long)]
    archived: bool,

    /// List active and archived records
    #[arg(long)]
    all: bool,
}

impl ArchiveFilterArgs {
    pub(crate) fn archive_filter(self) -> ArchiveFilter {
        match (self.archived, self.all) {
            (true, _) => ArchiveFilter::Archived,
            (_, true) => ArchiveFilter::All,
            _ => ArchiveFilter::Active,
        }
    }

    /// The filter of a list for one customer. Naming a customer includes archived records, because an archived customer has
    /// nothing else.
    pub(crate) fn for_customer(self, customer_id: Option<i64>) -> ArchiveFilter {
        match self.archive_filter() {
            ArchiveFilter::Active if customer_id.is_some() => ArchiveFilter::All,
            archive_filter => archive_filter,
        }
    }
}

/// The order and length of a list, which can be sorted by the fields `S`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PageArgs<S: SortField> {
    /// Sort by this field
    #[arg(long, value_name = "FIELD", value_parser = sort_field::<S>())]
    pub(crate) sort: Option<S>,

    /// Sort in descending order
    #[arg(long)]
    pub(crate) desc: bool,

    /// Maximum number of rows
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

impl<S: SortField> PageArgs<S> {
    pub(crate) fn page(&self) -> Page<S> {
        Page { sort: self.sort.unwrap_or(S::ALL[0].1), descending: self.desc, limit: self.limit }
    }
}

/// Parses the name of a sort field, and offers all of them for completion.
fn sort_field<S: SortField>() -> impl TypedValueParser<Value = S> {
    let names = S::ALL.iter().map(|(name, _)| *name);
    let field = |name: String| S::ALL.iter().find(|(known, _)| *known == name).unwrap_or(&S::ALL[0]).1;
    PossibleValuesParser::new(names).map(field)
}

/// Limits a list to one customer.
#[derive(Debug, Args)]
pub(crate) struct CustomerFilterArgs {
    /// Only records of this customer, by account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,
}

impl CustomerFilterArgs {
    /// The customer's row ID.
    pub(crate) fn id(&self, snapshot: &Snapshot<'_>) -> ssgctl::Result<Option<i64>> {
        let customer = self.customer.as_ref().map(|name| snapshot.customer(name)).transpose()?;
        Ok(customer.map(|customer| customer.id))
    }

    /// Leaves the customer out of a table on a terminal if one was named.
    pub(crate) fn omit_from<R: Row>(&self, rows: &mut TableWriter<'_, R>) {
        if self.customer.is_some() {
            rows.omit("customer");
        }
    }
}

/// The order and length of a list of events, oldest first.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct RecentArgs {
    /// List the newest first
    #[arg(long)]
    pub(crate) desc: bool,

    /// Maximum number of rows
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}
