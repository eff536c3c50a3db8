//! `ssgctl smpp rotate-password`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{EmailTemplate, Grace};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::mail::outcome;
use crate::commands::smpp::row::Rotated;
use crate::commands::smpp::{PasswordArgs, account_emails};
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Give an SMPP account a new password
///
/// For the grace the old password is taken as well: both are in what `smpp export` writes and `smpp show --reveal` shows.
/// Then the old one is gone, from the database file too. A second rotation within the grace keeps the password of the
/// first, and what was before that is taken no more. --grace 0 ends the old password at once, and --end-grace that of a
/// rotation before; export to the gateway again after either. An email goes to the technical contacts, else to the first
/// contact, and says how long the old password is taken.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp rotate-password abc_prod --reason 'yearly change'
  ssgctl smpp rotate-password abc_prod --grace 7d --mail
  ssgctl smpp rotate-password abc_prod --grace 0 --reason 'password was published'
  ssgctl smpp rotate-password abc_prod --password-file new.txt
  ssgctl smpp rotate-password abc_prod --end-grace")]
pub(crate) struct RotatePasswordArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    /// How long the old password is taken as well: minutes, hours or days, or 0
    #[arg(long, value_name = "TIME", default_value_t)]
    grace: Grace,

    /// Write the customer's technical contacts an email with the new password
    #[arg(long, conflicts_with = "end_grace")]
    mail: bool,

    /// Make no new password; take the old one no more
    #[arg(long, conflicts_with_all = ["grace", "password_stdin", "password_file", "ask_password"])]
    end_grace: bool,

    #[command(flatten)]
    password: PasswordArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &RotatePasswordArgs, context: &mut Context) -> Result<()> {
    if args.end_grace {
        let account = context.write(&args.change, |tx| ops::smpp::end_grace(tx, &args.account))?;
        return context.output.row(&Rotated { account, generated: None, emails: Vec::new() });
    }
    let given = args.password.read(context)?;
    let generates = given.is_none();
    // To take the old password for a while it must be readable; without a grace a key that was lost is made anew.
    let vault = if args.grace.is_none() { context.vault()? } else { context.existing_vault()? };
    let emails = if args.mail { Some(account_emails(context)?) } else { None };
    let mut rotated = context.write(&args.change, |tx| {
        let made = ops::smpp::rotate(tx, &vault, &args.account, given, args.grace)?;
        let emails = match &emails {
            Some(emails) => emails.queue(tx, EmailTemplate::Handover, made.account.system_id.as_str(), None, true)?.1,
            None => Vec::new(),
        };
        Ok::<_, Failure>(Rotated { account: made.account, generated: generates.then_some(made.password), emails })
    })?;
    let Some(emails) = emails.filter(|_| !args.change.dry_run) else { return context.output.row(&rotated) };
    let posted = outcome::send_new(context, &args.change.why, emails, rotated.emails)?;
    rotated.emails = posted.emails;
    context.output.row(&rotated)?;
    posted.verdict
}
