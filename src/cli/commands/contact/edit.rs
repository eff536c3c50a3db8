//! `ssgctl contact edit`.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use ssgctl::model::{ContactDetails, Name, Roles};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::contact::details::DetailArgs;
use crate::context::Context;
use crate::exit::Result;

/// Change a person at a customer
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl contact edit ABCCORP331 zoe@abc.example --mobile +447700900123
  ssgctl contact edit ABCCORP331 7 --unset mobile --roles general")]
pub(crate) struct EditArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Number or email address of the contact
    #[arg(value_name = "CONTACT")]
    contact: String,

    /// Name of the person
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,

    #[command(flatten)]
    details: DetailArgs,

    /// Empty this field; may be given several times
    #[arg(long, value_name = "FIELD", value_enum)]
    unset: Vec<Unset>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The fields of a contact that can be empty.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Unset {
    Email,
    Mobile,
    Roles,
}

impl EditArgs {
    fn apply(self, details: &mut ContactDetails) {
        for field in self.unset {
            match field {
                Unset::Email => details.email = None,
                Unset::Mobile => details.mobile = None,
                Unset::Roles => details.roles = Roles::default(),
            }
        }
        if let Some(name) = self.name {
            details.name = name;
        }
        self.details.apply(details);
    }
}

pub(crate) fn run(args: EditArgs, context: &mut Context) -> Result<()> {
    let (customer, name, change) = (args.customer.clone(), args.contact.clone(), args.change.clone());
    let contact =
        context.write(&change, |tx| ops::contact::edit(tx, &customer, &name, |details| args.apply(details)))?;
    context.output.row(&contact)
}
