//! `ssgctl customer export`.

use ssgctl::model::Customer;
use ssgctl::store::{ArchiveFilter, CustomerFilter, Snapshot};

use crate::args::export::ExportCommand;
use crate::exit::Result;

impl ExportCommand for Customer {
    const ABOUT: &str = "Export all customers in the columns of `customer import`";
    const DETAILS: &str = "\
        The format is CSV unless `-o` or the file extension selects another. Archived customers are included; see the column \
        status.";
    const EXAMPLES: &str = "Examples:
  ssgctl customer export > customers.csv
  ssgctl customer export --file customers.jsonl
  ssgctl customer export | ssgctl --db other.db customer import -";
    const FIELDS: &[&str] = ssgctl::import::customer::FIELDS;

    fn read(
        snapshot: &Snapshot<'_>,
        archive_filter: ArchiveFilter,
        each: impl FnMut(Self) -> Result<()>,
    ) -> Result<()> {
        snapshot.customers(&CustomerFilter { archive_filter, ..CustomerFilter::default() }, each)
    }
}
