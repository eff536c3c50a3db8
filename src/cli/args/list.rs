//! The options that every list has, so that all lists have the same manners.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap_complete::ArgValueCompleter;
use ssgctl::store::{ArchiveFilter, Page, Snapshot, SortField};

use crate::args::completion;

/// Which lives a list shows.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
pub(crate) struct ArchiveFilterArgs {
    /// Show archived ones instead of active ones
    #[arg(long)]
    archived: bool,

    /// Show active and archived ones
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

    /// The same for things of a customer that was named: whoever names an archived customer means what it has.
    pub(crate) fn lives_of(self, customer_id: Option<i64>) -> ArchiveFilter {
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

    /// Sort from high to low
    #[arg(long)]
    pub(crate) desc: bool,

    /// Show at most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

impl<S: SortField> PageArgs<S> {
    pub(crate) fn page(&self) -> Page<S> {
        Page { sort: self.sort.unwrap_or(S::ALL[0].1), descending: self.desc, limit: self.limit }
    }
}

/// Parses the name of a field, and offers all names.
fn sort_field<S: SortField>() -> impl TypedValueParser<Value = S> {
    let names = S::ALL.iter().map(|(name, _)| *name);
    let field = |name: String| S::ALL.iter().find(|(known, _)| *known == name).unwrap_or(&S::ALL[0]).1;
    PossibleValuesParser::new(names).map(field)
}

/// Which customer's things a list shows; all customers' when none is named.
#[derive(Debug, Args)]
pub(crate) struct OfCustomerArgs {
    /// Only what belongs to this customer, by account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,
}

impl OfCustomerArgs {
    /// The customer's row.
    pub(crate) fn id(&self, snapshot: &Snapshot<'_>) -> ssgctl::Result<Option<i64>> {
        let customer = self.customer.as_ref().map(|name| snapshot.customer(name)).transpose()?;
        Ok(customer.map(|customer| customer.id))
    }
}

/// The order and length of a list of what happened, oldest first.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct RecentArgs {
    /// Show the newest first
    #[arg(long)]
    pub(crate) desc: bool,

    /// Show at most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}
