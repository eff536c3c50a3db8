//! `ssgctl contact edit`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{ContactDetails, Name};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::unset::unset_fields;
use crate::commands::contact::details::DetailArgs;
use crate::context::Context;
use crate::exit::Result;

/// Change a contact of a customer
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl contact edit ABCCORP331 zoe@abc.example --mobile +447700900123
  ssgctl contact edit ABCCORP331 7 --unset mobile --roles general")]
pub(crate) struct EditArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// ID or email address of the contact
    #[arg(value_name = "CONTACT")]
    contact: String,

    /// Name of the contact
    #[arg(long, value_name = "NAME")]
    name: Option<Name>,

    #[command(flatten)]
    details: DetailArgs,

    /// Clear this field; may be repeated
    #[arg(long, value_name = "FIELD", value_enum)]
    unset: Vec<Unset>,

    #[command(flatten)]
    change: ChangeArgs,
}

unset_fields! {
    /// The fields of a contact that can be cleared.
    enum Unset of ContactDetails {
        Email => email,
        Mobile => mobile,
        Roles => roles,
    }
}

impl EditArgs {
    fn apply(self, details: &mut ContactDetails) {
        for field in self.unset {
            field.clear(details);
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
