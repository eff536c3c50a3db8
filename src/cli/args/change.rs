//! The options of every command that writes.

use clap::Args;
use ssgctl::model::{Actor, Reason};

/// What the audit log is told beside the change itself.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every change")]
pub(crate) struct ReasonArgs {
    /// Say in the audit log why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<Reason>,

    /// Say in the audit log who, if not the operating system's user
    #[arg(long, value_name = "NAME", env = "SSGCTL_ACTOR", hide_env_values = true)]
    pub(crate) actor: Option<Actor>,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every change")]
pub(crate) struct ChangeArgs {
    /// Do everything, show the result, save nothing
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) why: ReasonArgs,
}
