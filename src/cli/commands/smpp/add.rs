//! `ssgctl smpp add`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::SystemId;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::misread;
use crate::commands::smpp::row::AddReceipt;
use crate::commands::smpp::{DetailArgs, PasswordArgs};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::interactive::wizard;
use crate::interactive::wizard::{Dialogue, questions};

/// Add an SMPP account to a customer
///
/// Generates the system ID and the password if you do not set them, and prints the generated password. `smpp show
/// --reveal` prints it again. At a terminal, the command asks for the customer if it is missing.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp add ABCCORP331 --max-tps 50 --allowed-ips 192.0.2.7,2001:db8::/48
  ssgctl smpp add ABCCORP331 --system-id abc_prod --short-name abc --password-stdin < password.txt
  ssgctl smpp add ABCCORP331 --cug +447700900123,+447700900124 --use-cug yes")]
pub(crate) struct AddArgs {
    /// Account code or API ID of the customer
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// System ID, at most 15 characters [default: generated]
    #[arg(long, value_name = "ID")]
    system_id: Option<SystemId>,

    #[command(flatten)]
    details: DetailArgs,

    #[command(flatten)]
    password: PasswordArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

const DIALOGUE: Dialogue = Dialogue {
    questions: &[questions::CUSTOMER],
    confirm: None,
    can_email: |_| Ok(()),
    recipients: |_, _| Ok(Vec::new()),
};

pub(crate) fn run(mut args: AddArgs, context: &mut Context) -> Result<()> {
    if args.customer.is_none() && context.prompt.can_ask() {
        args = wizard::complete(context, &DIALOGUE, &[], args.change.dry_run)?;
    }
    let Some(customer) = args.customer else { return Err(Failure::not_given("CUSTOMER", "customer")) };
    args.details.note_cleared_host_bits(context);
    let password = args.password.read(context)?;
    let is_generated = password.is_none();
    let account = args.details.new_account(args.system_id, password, &context.settings.defaults)?;
    let vault = context.vault()?;
    let receipt = context.write(&args.change, |tx| {
        let added = ops::smpp::add(tx, &vault, &customer, account)?;
        Ok::<_, ssgctl::Error>(AddReceipt { account: added.account, generated: is_generated.then_some(added.password) })
    })?;
    misread::warn("system ID", receipt.account.system_id.as_str());
    context.output.row(&receipt)
}
