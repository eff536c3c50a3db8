//! `ssgctl config get`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::error::quoted;

use crate::args::completion;
use crate::config::known::{refuse_secret, refuse_unknown};
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Print the value of a setting
///
/// The value may come from an option, an environment variable, the configuration file or the program's defaults;
/// `ssgctl config show` says which. A setting without a value is not found, exit code 3.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl config get defaults.timezone
  cp \"$(ssgctl config get secrets.key_file)\" /mnt/safe/")]
pub(crate) struct GetArgs {
    /// Setting, such as defaults.timezone
    #[arg(value_name = "KEY", add = ArgValueCandidates::new(completion::settings))]
    key: String,
}

pub(crate) fn run(args: &GetArgs, context: &mut Context) -> Result<()> {
    let key = args.key.as_str();
    refuse_unknown(key)?;
    refuse_secret(key)?;
    let found = context.settings.list().into_iter().find(|setting| setting.key == key);
    let Some(value) = found.and_then(|setting| setting.value) else {
        return Err(Failure::new(ErrorCode::NotFound, format!("{} is not set", quoted(key)))
            .hint(format!("set it with `ssgctl config set {key} VALUE`")));
    };
    context.output.value("value", &value)
}
