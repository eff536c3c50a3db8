//! The options that every list has, so that all lists have the same manners.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use ssgctl::store::{ArchiveFilter, Page, Snapshot};

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

/// The order and length of a list; `S` is the command's own enum of fields to sort by.
#[derive(Debug, Clone, Args)]
pub(crate) struct PageArgs<S: ValueEnum + Clone + Send + Sync + 'static> {
    /// Sort by this field
    #[arg(long, value_name = "FIELD", value_enum)]
    pub(crate) sort: Option<S>,

    /// Sort from high to low
    #[arg(long)]
    pub(crate) desc: bool,

    /// Show at most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
}

impl<S: ValueEnum + Clone + Default + Send + Sync + 'static> PageArgs<S> {
    pub(crate) fn page<T: From<S>>(&self) -> Page<T> {
        let sort = self.sort.clone().unwrap_or_default().into();
        Page { sort, descending: self.desc, limit: self.limit }
    }
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
