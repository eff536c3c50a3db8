//! `ssgctl smpp import`.

use clap::Args;
use ssgctl::error::quoted;
use ssgctl::import::Owners;
use ssgctl::import::smpp_account::Accounts;
use ssgctl::model::SmppDetails;

use crate::args::import;
use crate::context::Context;
use crate::exit::Result;

/// Import SMPP accounts from a file, all or nothing
///
/// The columns are those of `smpp export`; only customer is required. A row is matched with an account by system ID, or
/// by short name if it has no system ID. The column password is optional: a new account without a password gets a
/// generated one, which `smpp show --reveal` prints. System IDs and passwords that are too long for a bind are
/// imported with a warning; `smpp export` does not export such accounts. With --update, another password starts a grace
/// period for the old one, and is refused while such a period runs.
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
    let mut details = SmppDetails::of(defaults.service()?);
    (details.max_tps, details.max_binds) = (defaults.max_tps, defaults.max_binds);
    let vault = context.vault()?;
    let mut accounts = Accounts {
        vault: &vault,
        defaults: details,
        owners: Owners::default(),
        too_long: Vec::new(),
        long_passwords: Vec::new(),
    };
    import::run(&args.import, &mut accounts, context)?;
    for system_id in &accounts.too_long {
        Context::warn(&format!("system ID {} was imported, but is too long for a bind", quoted(system_id)));
    }
    for system_id in &accounts.long_passwords {
        let name = quoted(system_id);
        Context::warn(&format!("the password of SMPP account {name} was imported, but is too long for a bind"));
    }
    Ok(())
}
