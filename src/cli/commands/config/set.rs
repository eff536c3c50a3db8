//! `ssgctl config set`.

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::error::quoted;

use crate::args::completion;
use crate::config::change::{Change, change};
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Set a setting in the configuration file
///
/// Comments and all other settings stay as they are. A missing file is created. A value that the setting does not accept,
/// or that would make the file invalid, is refused, and nothing is changed. Settings that need each other, such as the
/// name and the address of a role, are set together as KEY=VALUE.
///
/// Lists are separated by commas. A secret cannot be set, because command lines are in the shell's history.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl config set defaults.timezone Europe/London
  ssgctl config set gateway.hosts smpp1.example.com,smpp2.example.com
  ssgctl config set roles.billing.name='Example Billing' roles.billing.address=billing@example.com
  ssgctl config set warnings.SMS.upper=500 warnings.SMS.lower=100")]
pub(crate) struct SetArgs {
    /// Setting and value, or several as KEY=VALUE
    #[arg(value_name = "KEY VALUE|KEY=VALUE", required = true, num_args = 1.., add = ArgValueCandidates::new(completion::settings))]
    settings: Vec<String>,

    /// Check the change and save nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &SetArgs, context: &mut Context) -> Result<()> {
    let pairs: Option<Vec<(&str, &str)>> = args.settings.iter().map(|pair| pair.split_once('=')).collect();
    let pairs = match (pairs, args.settings.as_slice()) {
        (_, [key, value]) if !key.contains('=') => vec![(key.as_str(), value.as_str())],
        (Some(pairs), _) => pairs,
        (None, [key]) => {
            return Err(Failure::usage(format!("{} needs a value", quoted(key)))
                .hint(format!("`ssgctl config set {key} VALUE`, or `ssgctl config unset {key}`")));
        }
        (None, _) => {
            return Err(Failure::usage("several settings are given as KEY=VALUE")
                .hint("`ssgctl config set KEY=VALUE KEY=VALUE`; quote a value with spaces"));
        }
    };
    context.output.refuse_unknown_fields(&["path"])?;
    let path = context.settings.config_path()?.to_owned();
    let changes: Vec<Change<'_>> = pairs.iter().map(|(key, value)| Change::Set(key, value)).collect();
    change(&path, &changes, args.dry_run)?;
    for (key, _) in &pairs {
        if let Some(name) = context.settings.hidden_by(key) {
            context.note(&format!("{name} takes precedence over {key} of the file"));
        }
    }
    context.committed = !args.dry_run;
    if args.dry_run {
        context.note("dry run: nothing was saved");
    }
    context.output.value("path", &path.display().to_string())
}
