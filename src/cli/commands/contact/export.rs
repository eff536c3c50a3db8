//! `ssgctl contact export`.

use ssgctl::model::Contact;
use ssgctl::store::{ArchiveFilter, ContactFilter, Snapshot};

use crate::args::export::ExportCommand;
use crate::exit::Result;

impl ExportCommand for Contact {
    const ABOUT: &str = "Export all contacts in the columns of `contact import`";
    const EXAMPLES: &str = "Examples:
  ssgctl contact export > contacts.csv
  ssgctl contact export --file contacts.json";
    const FIELDS: &[&str] = ssgctl::import::contact::FIELDS;

    fn read(
        snapshot: &Snapshot<'_>,
        archive_filter: ArchiveFilter,
        each: impl FnMut(Self) -> Result<()>,
    ) -> Result<()> {
        snapshot.contacts(&ContactFilter { archive_filter, ..ContactFilter::default() }, each)
    }
}
