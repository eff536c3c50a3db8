//! `ssgctl config unset`.

use clap::Args;
use clap_complete::ArgValueCandidates;

use crate::args::completion;
use crate::config::change::{Change, change};
use crate::context::Context;
use crate::exit::Result;

/// Remove settings from the configuration file, so that their defaults apply
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl config unset defaults.country
  ssgctl config unset warnings.SMS.lower warnings.SMS.upper")]
pub(crate) struct UnsetArgs {
    /// Setting, such as defaults.country
    #[arg(value_name = "KEY", required = true, num_args = 1.., add = ArgValueCandidates::new(completion::settings))]
    settings: Vec<String>,

    /// Check the change and save nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(crate) fn run(args: &UnsetArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&["path"])?;
    let path = context.settings.config_path()?.to_owned();
    let changes: Vec<Change<'_>> = args.settings.iter().map(|key| Change::Unset(key)).collect();
    change(&path, &changes, args.dry_run)?;
    context.committed = !args.dry_run;
    if args.dry_run {
        context.note("dry run: nothing was saved");
    }
    context.output.value("path", &path.display().to_string())
}
