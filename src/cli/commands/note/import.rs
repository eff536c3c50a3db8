//! `ssgctl note import`.

use ssgctl::import::note::Notes;

use crate::args::import::Imported;

impl Imported for Notes {
    const ABOUT: &str = "Add notes from a file, all or nothing";
    const DETAILS: &str = "\
        The columns are customer and text, and perhaps at and author; `note export` writes them. Notes are only ever added: one \
        that the customer has already is left alone.";
    const EXAMPLES: &str = "Examples:
  ssgctl note import notes.csv --dry-run
  ssgctl --db old.db note export | ssgctl note import -";
}
