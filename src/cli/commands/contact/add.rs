//! `ssgctl contact add`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{ContactDetails, Name, Roles};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::contact::details::DetailArgs;
use crate::context::Context;
use crate::exit::Result;

/// Add a contact to a customer
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl contact add ABCCORP331 --name 'Zoë Núñez' --email zoe@abc.example --roles billing,technical")]
pub(crate) struct AddArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Name of the contact
    #[arg(long, value_name = "NAME")]
    name: Name,

    #[command(flatten)]
    details: DetailArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: AddArgs, context: &mut Context) -> Result<()> {
    let mut details = ContactDetails { name: args.name, email: None, mobile: None, roles: Roles::default() };
    args.details.apply(&mut details);
    let contact = context.write(&args.change, |tx| ops::contact::add(tx, &args.customer, details))?;
    context.output.row(&contact)
}
