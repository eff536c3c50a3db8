//! `ssgctl smpp enable` and `ssgctl smpp disable`.

use clap::Args;
use ssgctl::ops;

use crate::commands::smpp::AccountsArgs;
use crate::context::Context;
use crate::exit::Result;

/// Enable SMPP accounts
///
/// The switches for binding, submitting and the closed user group stay unchanged.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp enable abc_prod --reason 'invoice paid'")]
pub(crate) struct EnableArgs {
    #[command(flatten)]
    named: AccountsArgs,
}

/// Disable SMPP accounts
///
/// The switches for binding, submitting and the closed user group stay unchanged.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp disable abc_prod --reason 'spam complaint'
  ssgctl smpp list ABCCORP331 -o name | xargs -r ssgctl smpp disable")]
pub(crate) struct DisableArgs {
    #[command(flatten)]
    named: AccountsArgs,
}

pub(crate) fn enable(args: &EnableArgs, context: &mut Context) -> Result<()> {
    context.write_each(&args.named.change, &args.named.accounts, |tx, name| ops::smpp::set_enabled(tx, name, true))
}

pub(crate) fn disable(args: &DisableArgs, context: &mut Context) -> Result<()> {
    context.write_each(&args.named.change, &args.named.accounts, |tx, name| ops::smpp::set_enabled(tx, name, false))
}
