//! Options of every command that changes data.

use clap::Args;
use ssgctl::model::{Actor, Reason};

/// What the audit log records besides the change itself.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every change")]
pub(crate) struct AuditArgs {
    /// Reason for the change, for the audit log
    #[arg(long, value_name = "TEXT", hide_short_help = true)]
    pub(crate) reason: Option<Reason>,

    /// Who makes the change, for the audit log [default: the operating system's user]
    #[arg(long, value_name = "NAME", env = "SSGCTL_ACTOR", hide_env_values = true, hide_short_help = true)]
    pub(crate) actor: Option<Actor>,
}

/// The options of a command that changes data.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every change")]
pub(crate) struct ChangeArgs {
    /// Show what would change without saving it
    #[arg(short = 'n', long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) audit: AuditArgs,
}
