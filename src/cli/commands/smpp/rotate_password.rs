//! `ssgctl smpp rotate-password`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::Grace;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::smpp::account_emails::{queue_handover, send_and_print};
use crate::commands::smpp::row::RotationReceipt;
use crate::commands::smpp::{PasswordArgs, account_emails};
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Change the password of an SMPP account
///
/// During the grace period the old password stays valid: `smpp export` and `smpp show --reveal` include both. After it,
/// the old password is deleted, also from the database file. --grace 0 ends the old password immediately, --end-grace
/// does so after a rotation; export to the gateway again after either. At most two passwords are valid, so a second
/// rotation within the grace period is refused: the customer may still use the first password. With --end-previous, that
/// password ends now, and the current one gets the grace period. With --mail, the technical contacts, or else the first
/// contact, receive an email with the new password and the end of the grace period.
///
/// If the key file is lost, rotate every account with `--grace 0`, and the first one with --new-key as well.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp rotate-password abc_prod --reason 'yearly change'
  ssgctl smpp rotate-password abc_prod --grace 7d --mail
  ssgctl smpp rotate-password abc_prod --grace 0 --reason 'password was published'
  ssgctl smpp rotate-password abc_prod --password-file new.txt
  ssgctl smpp rotate-password abc_prod --end-grace
  ssgctl smpp rotate-password abc_prod --end-previous --reason 'new password was published'")]
pub(crate) struct RotatePasswordArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    /// Grace period of the old password, in minutes, hours or days; 0 for none
    #[arg(long, value_name = "TIME", default_value_t)]
    grace: Grace,

    /// Email the new password to the customer's technical contacts
    #[arg(long, conflicts_with = "end_grace")]
    mail: bool,

    /// End the grace period of the old password; keep the current password
    #[arg(long, conflicts_with_all = ["grace", "password_stdin", "password_file", "ask_password"])]
    end_grace: bool,

    /// Rotate within a grace period: the previous password ends now
    #[arg(long, conflicts_with = "end_grace")]
    end_previous: bool,

    /// Replace the key, because the old one is lost; needs --grace 0
    ///
    /// The present key file, or a new one, becomes the key of the database. Passwords under the old key can no longer be
    /// read. Rotate them too: `db check` counts them.
    #[arg(long, requires = "grace", conflicts_with = "end_grace")]
    new_key: bool,

    #[command(flatten)]
    password: PasswordArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(args: &RotatePasswordArgs, context: &mut Context) -> Result<()> {
    if args.end_grace {
        let account = context.write(&args.change, |tx| ops::smpp::end_grace(tx, &args.account))?;
        return context.output.row(&RotationReceipt { account, generated: None, emails: Vec::new() });
    }
    if args.new_key && !args.grace.is_none() {
        return Err(Failure::usage("--new-key needs --grace 0: without the old key the old password cannot be kept"));
    }
    let password = args.password.read(context)?;
    let is_generated = password.is_none();
    let vault = if args.new_key { context.vault_of_new_key()? } else { context.vault()? };
    let emails = if args.mail { Some(account_emails(context)?) } else { None };
    let receipt = context.write(&args.change, |tx| {
        if args.end_previous && tx.smpp_account(&args.account)?.previous_password_until.is_some() {
            ops::smpp::end_grace(tx, &args.account)?;
        }
        if args.new_key {
            ops::smpp::replace_key(tx, &vault)?;
        }
        let rotated = ops::smpp::rotate(tx, &vault, &args.account, password, args.grace)?;
        let emails = queue_handover(emails.as_ref(), tx, &rotated.account)?;
        let generated = is_generated.then_some(rotated.password);
        Ok::<_, Failure>(RotationReceipt { account: rotated.account, generated, emails })
    })?;
    send_and_print(context, &args.change, emails, receipt, |receipt| &mut receipt.emails)
}
