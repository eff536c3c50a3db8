//! The options of every export, so that all exports have the same manners.

use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::store::ArchiveFilter;

/// Where an export goes.
#[derive(Debug, Args)]
#[group(id = "export_file")]
pub(crate) struct ExportArgs {
    /// Write to this new file, readable by its owner only, instead of stdout (-); its name may say the format: .json, .jsonl
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,

    /// Leave out what is archived, or belongs to an archived customer
    #[arg(long)]
    pub(crate) active: bool,

    /// Replace the file if it is there
    #[arg(short, long, requires = "file")]
    pub(crate) force: bool,
}

impl ExportArgs {
    /// The file, where it is not stdout.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref().filter(|file| *file != Path::new("-"))
    }

    /// Which lives are exported.
    pub(crate) fn archive_filter(&self) -> ArchiveFilter {
        if self.active { ArchiveFilter::Active } else { ArchiveFilter::All }
    }
}
