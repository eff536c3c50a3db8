//! `ssgctl note export`.

use ssgctl::model::Note;
use ssgctl::store::{ArchiveFilter, NoteFilter, NoteSort, Page, Snapshot};

use crate::args::export::ExportCommand;
use crate::exit::Result;

impl ExportCommand for Note {
    const ABOUT: &str = "Export all notes in the columns of `note import`";
    const EXAMPLES: &str = "Examples:
  ssgctl note export > notes.csv
  ssgctl note export --file notes.jsonl";
    const FIELDS: &[&str] = ssgctl::import::note::FIELDS;

    fn read(
        snapshot: &Snapshot<'_>,
        archive_filter: ArchiveFilter,
        each: impl FnMut(Self) -> Result<()>,
    ) -> Result<()> {
        snapshot
            .notes(&NoteFilter { archive_filter, page: Page::all(NoteSort::Customer), ..NoteFilter::default() }, each)
    }
}
