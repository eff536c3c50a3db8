//! `ssgctl contact import`.

use clap::Args;
use ssgctl::import::contact::Contacts;

use crate::args::import;
use crate::context::Context;
use crate::exit::Result;

/// Add and change people at customers from a file, all or nothing
///
/// The columns are customer, name, email, mobile and roles; `contact export` writes them. Somebody is known by customer and
/// email address, or by the name where the row has no address; who is there already, just so, is left alone. Two rows
/// mean the same person only if they say the same.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl contact import contacts.csv --dry-run
  ssgctl contact import contacts.csv --update --reason 'new list of March'")]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    import: import::ImportArgs,
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    import::run(&args.import, &mut Contacts::default(), context)
}
