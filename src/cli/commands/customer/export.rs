//! `ssgctl customer export`.

use ssgctl::model::Customer;
use ssgctl::store::{ArchiveFilter, CustomerFilter, Snapshot};

use crate::args::export::Exported;
use crate::exit::Result;

impl Exported for Customer {
    const ABOUT: &str = "Write all customers as `customer import` reads them";
    const DETAILS: &str = "\
        The format is CSV unless `-o` or the name of the file says otherwise. Archived customers are among them, and say so.";
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
