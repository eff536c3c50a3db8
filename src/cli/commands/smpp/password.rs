//! Options that set a password. It is never an argument itself, because all users of a machine can list the arguments
//! of its processes.

use std::path::{Path, PathBuf};

use clap::Args;
use ssgctl::model::Password;
use zeroize::Zeroizing;

use crate::args::input;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Sources of a password. Without any of them, the password is generated.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "SMPP account")]
#[group(multiple = false)]
pub(crate) struct PasswordArgs {
    /// Read the password from stdin instead of generating one
    #[arg(long)]
    pub(crate) password_stdin: bool,

    /// Read the password from a file instead of generating one
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Prompt for the password instead of generating one
    #[arg(long)]
    ask_password: bool,
}

impl PasswordArgs {
    /// Whether one of the options is given.
    pub(crate) fn is_given(&self) -> bool {
        self.password_stdin || self.password_file.is_some() || self.ask_password
    }

    /// Reads the password, if one of the options is given.
    pub(crate) fn read(&self, context: &Context) -> Result<Option<Password>> {
        let text = if self.password_stdin {
            Zeroizing::new(input::read_text(Path::new("-"))?)
        } else if let Some(file) = &self.password_file {
            Zeroizing::new(input::read_text(file)?)
        } else if self.ask_password {
            context.prompt.new_password("SMPP password")?
        } else {
            return Ok(None);
        };
        // The error does not contain the value: a password with a typing error is still a secret.
        let password = text.trim_end_matches(['\r', '\n']).parse();
        password
            .map(Some)
            .map_err(|rule| Failure::new(ErrorCode::BadValue, format!("password {rule}")).field("password"))
    }
}
