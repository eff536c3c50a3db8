//! `ssgctl customer edit`.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;
use ssgctl::model::{CustomerDetails, Organisation};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::confusable;
use crate::commands::customer::{DetailArgs, editor};
use crate::context::Context;
use crate::exit::Result;

/// Change a customer
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer edit ABCCORP331 --country IE --reason 'moved to Dublin'
  ssgctl customer edit ABCCORP331 --unset website --unset phone
  ssgctl customer edit ABCCORP331 --editor
  ssgctl customer list --country UK -o name | xargs -r -n1 ssgctl customer edit --payment-terms-days 14")]
pub(crate) struct EditArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// Legal or trading name
    #[arg(long, value_name = "NAME", help_heading = "Company")]
    organisation: Option<Organisation>,

    #[command(flatten)]
    details: DetailArgs,

    /// Empty this field; may be given several times
    #[arg(long, value_name = "FIELD", value_enum)]
    unset: Vec<Unset>,

    /// Open the customer as TOML in $VISUAL or $EDITOR, show the difference, and save once
    #[arg(long)]
    editor: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The fields of a customer that can be empty.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Unset {
    Country,
    CompanyRegNo,
    Phone,
    Website,
    VatRegNo,
    PaymentTermsDays,
    InvoiceEmails,
    InvoiceAddress,
}

impl Unset {
    fn apply(self, details: &mut CustomerDetails) {
        match self {
            Self::Country => details.country = None,
            Self::CompanyRegNo => details.company_reg_no = None,
            Self::Phone => details.phone = None,
            Self::Website => details.website = None,
            Self::VatRegNo => details.vat_reg_no = None,
            Self::PaymentTermsDays => details.payment_terms_days = None,
            Self::InvoiceEmails => details.invoice_emails.clear(),
            Self::InvoiceAddress => details.invoice_address = None,
        }
    }
}

impl EditArgs {
    fn apply(self, details: &mut CustomerDetails) -> ssgctl::Result<()> {
        for field in self.unset {
            field.apply(details);
        }
        if let Some(organisation) = self.organisation {
            details.organisation = organisation;
        }
        self.details.apply(details)
    }
}

pub(crate) fn run(args: EditArgs, context: &mut Context) -> Result<()> {
    let (name, change) = (args.customer.clone(), args.change.clone());
    let may_rename = args.editor || args.organisation.is_some();
    let customer = if args.editor {
        let read = context.read(|tx| ops::active::customer(tx, &name))?.details;
        let mut details = read.clone();
        args.apply(&mut details)?;
        let details = editor::edit(context, &name, details)?;
        context.write(&change, |tx| ops::customer::replace(tx, &name, &read, details))?
    } else {
        context.write(&change, |tx| ops::customer::edit(tx, &name, |details| args.apply(details)))?
    };
    if may_rename {
        confusable::warn(&customer, context);
    }
    context.output.row(&customer)
}
