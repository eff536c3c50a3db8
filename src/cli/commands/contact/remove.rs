//! `ssgctl contact remove`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Remove a contact from a customer
///
/// The contact is deleted; the audit log keeps its last values.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl contact remove ABCCORP331 zoe@abc.example --reason 'left the company'")]
pub(crate) struct RemoveArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// ID or email address of the contact
    #[arg(value_name = "CONTACT")]
    contact: String,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &RemoveArgs, context: &mut Context) -> Result<()> {
    context.prompt.confirm(&format!("Remove contact {} of {}?", args.contact, args.customer))?;
    let contact = context.write(&args.change, |tx| ops::contact::remove(tx, &args.customer, &args.contact))?;
    context.output.row(&contact)
}
