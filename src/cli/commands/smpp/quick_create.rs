//! `ssgctl smpp quick-create`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::SystemId;
use ssgctl::{ops, report};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::misread;
use crate::commands::smpp::account_emails::{queue_handover, send_and_print};
use crate::commands::smpp::row::QuickCreateReceipt;
use crate::commands::smpp::{DetailArgs, PasswordArgs, account_emails};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::interactive::wizard;
use crate::interactive::wizard::{Dialogue, questions};

/// Add an SMPP account and email its details to the customer, all or nothing
///
/// Prints the details that the customer needs. At a terminal, with only CUSTOMER or nothing at all, the command asks
/// for everything else, shows all answers, and prints the command line that does the same without questions. The email
/// is sent only with --send-email.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp quick-create ABCCORP331
  ssgctl smpp quick-create ABCCORP331 --max-tps 50 --cug +447700900123 --dlr-webhook https://abc.example/dlr --send-email")]
pub(crate) struct QuickCreateArgs {
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

    /// Email the details of the account to the customer, including the password
    #[arg(long)]
    send_email: bool,

    /// Ask for every value that is missing
    #[arg(long)]
    ask: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

const DIALOGUE: Dialogue = Dialogue {
    questions: &[questions::CUSTOMER, questions::SERVICE, questions::ACCOUNT, questions::EMAIL],
    confirm: Some("Create this account"),
    can_email: |context| account_emails(context).map(drop),
    recipients: |context, answers| {
        let Some(customer) = answers.of("CUSTOMER") else { return Ok(Vec::new()) };
        let to = context.read(|snapshot| report::account_recipients(snapshot, &snapshot.customer(customer)?))?;
        Ok(to.iter().map(ToString::to_string).collect())
    },
};

pub(crate) fn run(mut args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    let is_bare = !wizard::answers_any(context, &DIALOGUE) && !args.has_unasked_options();
    if args.ask || (is_bare && context.prompt.can_ask()) {
        args = wizard::complete(context, &DIALOGUE, &[], args.change.dry_run)?;
    }
    create(args, context)
}

impl QuickCreateArgs {
    /// Whether an option is given that no question of the dialogue covers.
    fn has_unasked_options(&self) -> bool {
        self.system_id.is_some() || self.password.is_given()
    }
}

fn create(args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    let Some(customer) = args.customer else { return Err(Failure::not_given("CUSTOMER", "customer")) };
    args.details.note_cleared_host_bits(context);
    let password = args.password.read(context)?;
    let is_generated = password.is_none();
    let account = args.details.new_account(args.system_id, password, &context.settings.defaults)?;
    let emails = if args.send_email { Some(account_emails(context)?) } else { None };
    let vault = context.vault()?;
    let receipt = context.write(&args.change, |tx| {
        let added = ops::smpp::add(tx, &vault, &customer, account)?;
        let emails = queue_handover(emails.as_ref(), tx, &added.account)?;
        let generated = is_generated.then_some(added.password);
        Ok::<_, Failure>(QuickCreateReceipt { account: added.account, generated, emails })
    })?;
    misread::warn("system ID", receipt.account.system_id.as_str());
    send_and_print(context, &args.change, emails, receipt, |receipt| &mut receipt.emails)
}
