//! `ssgctl note import`.

use ssgctl::import::note::Notes;

use crate::args::import::ImportCommand;

impl ImportCommand for Notes {
    const ABOUT: &str = "Import notes from a file, all or nothing";
    const DETAILS: &str = "\
        The columns are customer and text, and optionally at and author, as in `note export`. An import only adds notes; a note \
        that the customer already has is not added again.";
    const EXAMPLES: &str = "Examples:
  ssgctl note import notes.csv --dry-run
  ssgctl --db old.db note export | ssgctl note import -";
}
