//! `ssgctl note add`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::NoteText;
use ssgctl::{Error, ops};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::input;
use crate::context::Context;
use crate::exit::Result;

/// Add a note about a customer
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl note add ABCCORP331 'Asked for a second bind on Friday.'
  git log -1 --format=%B | ssgctl note add ABCCORP331 --file -")]
pub(crate) struct AddArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Text of the note, at most 4,000 characters
    #[arg(value_name = "TEXT", required_unless_present = "file")]
    text: Option<NoteText>,

    /// Read the note from a file; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    file: Option<PathBuf>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: AddArgs, context: &mut Context) -> Result<()> {
    let text = match args.text {
        Some(text) => text,
        None => from_file(&args.file.unwrap_or_default())?,
    };
    let note = context.write(&args.change, |tx| ops::note::add(tx, &args.customer, text))?;
    context.output.row(&note)
}

fn from_file(path: &Path) -> Result<NoteText> {
    let text = input::read_text(path)?;
    text.parse().map_err(|rule| Error::invalid("text", text, rule).into())
}
