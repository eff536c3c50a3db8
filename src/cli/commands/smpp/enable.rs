//! `ssgctl smpp enable` and `ssgctl smpp disable`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;

/// Switch SMPP accounts on
///
/// The other switches, for binding, submitting and the closed user group, stay as they are.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp enable abc_prod --reason 'invoice paid'")]
pub(crate) struct EnableArgs {
    #[command(flatten)]
    these: SwitchArgs,
}

/// Switch SMPP accounts off
///
/// The other switches, for binding, submitting and the closed user group, stay as they are.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp disable abc_prod --reason 'spam complaint'
  ssgctl smpp list ABCCORP331 -o name | xargs -r ssgctl smpp disable")]
pub(crate) struct DisableArgs {
    #[command(flatten)]
    these: SwitchArgs,
}

#[derive(Debug, Args)]
struct SwitchArgs {
    /// System IDs or short names
    #[arg(value_name = "ACCOUNT", required = true, add = ArgValueCompleter::new(completion::accounts))]
    accounts: Vec<String>,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn enable(args: &EnableArgs, context: &mut Context) -> Result<()> {
    switch(&args.these, true, context)
}

pub(crate) fn disable(args: &DisableArgs, context: &mut Context) -> Result<()> {
    switch(&args.these, false, context)
}

fn switch(args: &SwitchArgs, enabled: bool, context: &mut Context) -> Result<()> {
    let accounts = context.write(&args.change, |tx| {
        let switched = args.accounts.iter().map(|name| ops::smpp::set_enabled(tx, name, enabled));
        switched.collect::<ssgctl::Result<Vec<_>>>()
    })?;
    context.output.all(&accounts)
}
