//! `ssgctl smpp import`.

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::import::Owners;
use ssgctl::import::smpp_account::Accounts;
use ssgctl::model::SmppDetails;

use crate::args::import;
use crate::context::Context;
use crate::exit::Result;

/// Add and change SMPP accounts from a file, all or nothing
///
/// The columns are those that `smpp export` writes; only customer is needed. An account is known by its system ID, or by its
/// short name where the row has none. A column password is read, and one is generated where there is none; `smpp show
/// --reveal` shows it. System IDs that are longer than a bind can carry are kept as they are, with a warning.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp import accounts.csv --dry-run
  ssgctl smpp import accounts.csv --map 'username=system_id' --map 'uid=customer' --ignore gid
  ssgctl smpp import limits.csv --update --reason 'new limits'")]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    import: import::ImportArgs,
}

pub(crate) fn run(args: &ImportArgs, context: &mut Context) -> Result<()> {
    let defaults = &context.settings.defaults;
    let mut usual = SmppDetails::of(defaults.service()?);
    (usual.max_tps, usual.max_binds) = (defaults.max_tps, defaults.max_binds);
    let vault = context.vault()?;
    let mut accounts = Accounts { vault: &vault, usual, owners: Owners::default(), too_long: Vec::new() };
    import::run(&args.import, &mut accounts, context)?;
    for system_id in &accounts.too_long {
        Context::warn(&format!("system ID {} is longer than a bind can carry and was kept", quoted(system_id)));
    }
    Ok(())
}
