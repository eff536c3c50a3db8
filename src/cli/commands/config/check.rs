//! `ssgctl config check`.

use clap::Args;
use ssgctl::error::count;

use crate::commands::aliases;
use crate::config::check::{ConfigFinding, check};
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::output::{Cell, Column, Row};

/// Check the configuration file: errors, and settings without effect
///
/// Prints each error with its line, and exits 13 if there is one: no other command works before it is corrected. Without
/// errors it prints warnings, and exits 0: settings that an option or a variable hides, files that do not exist, and aliases
/// that cannot be used. Prints nothing if all is well.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl config check
  ssgctl config check --config new.toml && mv new.toml \"$(ssgctl config path)\"")]
pub(crate) struct CheckArgs {}

impl Row for ConfigFinding {
    const NAME: &str = "setting";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("level", |f: &Self| Cell::text(if f.is_error { "error" } else { "warning" })).state(),
        Column::new("line", |f: &Self| f.line.map_or(Cell::Empty, Cell::number)).id(),
        Column::new("setting", |f: &Self| Cell::maybe(f.setting.as_ref())).essential(),
        Column::new("message", |f: &Self| Cell::text(&f.message)).prose().essential(),
    ];
}

pub(crate) fn run(_: &CheckArgs, context: &mut Context) -> Result<()> {
    let path = context.settings.config_path()?.to_owned();
    let Some(findings) = check(&path, &context.settings, aliases::fault)? else {
        context.note(&format!("there is no file {}; every setting has its default", path.display()));
        return context.output.rows::<ConfigFinding>(&[]);
    };
    context.output.rows(&findings)?;
    match findings.iter().filter(|finding| finding.is_error).count() {
        0 => Ok(()),
        errors => {
            let message = format!("{} in the configuration file {}", count(errors as u64, "error"), path.display());
            Err(Failure::new(ErrorCode::Config, message))
        }
    }
}
