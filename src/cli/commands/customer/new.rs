//! `ssgctl customer new`.

use clap::Args;
use ssgctl::model::{AccountCode, CustomerDetails, Organisation};
use ssgctl::{Error, ops};

use crate::args::change::ChangeArgs;
use crate::args::confusable;
use crate::args::misread;
use crate::args::vat_number;
use crate::commands::customer::DetailArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::interactive::wizard;
use crate::interactive::wizard::{Dialogue, questions};

/// Create a customer
///
/// At a terminal, the command asks for the organisation if it is missing. It warns if the name looks like the name of
/// another customer.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl customer new --organisation 'ABC Corp' --country GB
  ssgctl customer new --organisation 'Café du Port' --account-code PORT --invoice-emails compta@port.example
  ssgctl customer new --organisation 'ABC Corp' --invoice-address '{\"1 High Street\",\"Leeds\",\"LS1 1AA\"}'
  code=$(ssgctl customer new --organisation 'ABC Corp' -o name)")]
pub(crate) struct NewArgs {
    /// Legal or trading name of the company
    #[arg(long, value_name = "NAME", help_heading = "Company")]
    organisation: Option<Organisation>,

    /// Account code [default: generated from the organisation, such as ABCCORP331]
    #[arg(long, value_name = "CODE", help_heading = "Billing")]
    account_code: Option<AccountCode>,

    #[command(flatten)]
    details: DetailArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

const DIALOGUE: Dialogue = Dialogue {
    questions: &[questions::ORGANISATION],
    confirm: None,
    can_email: |_| Ok(()),
    recipients: |_, _| Ok(Vec::new()),
};

pub(crate) fn run(mut args: NewArgs, context: &mut Context) -> Result<()> {
    context.may_create_database(args.change.dry_run);
    if args.organisation.is_none() && context.prompt.can_ask() {
        args = wizard::complete(context, &DIALOGUE, &[], args.change.dry_run)?;
    }
    let Some(organisation) = args.organisation else {
        return Err(Failure::not_given("--organisation <NAME>", "organisation"));
    };
    let mut details = CustomerDetails::of(organisation);
    context.settings.defaults.apply(&mut details);
    args.details.apply(&mut details)?;
    let warnings = context.settings.warnings.clone();
    let customer = context.write(&args.change, |tx| {
        let customer = ops::customer::new(tx, args.account_code, details)?;
        warnings.apply(tx, customer.account_code.as_str())?;
        Ok::<_, Error>(customer)
    })?;
    confusable::warn(&customer, context);
    misread::warn("account code", customer.account_code.as_str());
    vat_number::warn(&customer.details);
    context.output.row(&customer)
}
