//! Confirmations and password prompts. Without a terminal, the answers must be options.

use std::io::IsTerminal;

use dialoguer::Confirm;

use crate::escape::visible;
use crate::exit::{ErrorCode, Failure, Result};
use crate::signals;

/// Whether prompts may be shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prompt {
    /// Answer every confirmation with yes.
    pub(crate) yes: bool,
    /// Never prompt.
    pub(crate) no_input: bool,
}

impl Prompt {
    /// Whether a person can answer a prompt.
    pub(crate) fn can_ask(self) -> bool {
        !self.no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Fails unless `--yes` was given or the person confirms.
    pub(crate) fn confirm(self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        if !self.can_ask() {
            return Err(Failure::missing("--yes", &format!("to confirm: {question}")));
        }
        let answer = ask(|| Confirm::new().with_prompt(visible(question)).default(false).interact())?;
        if answer { Ok(()) } else { Err(Failure::new(ErrorCode::NotConfirmed, "not confirmed; nothing was changed")) }
    }

    /// Asks for a password twice, without echo.
    pub(crate) fn new_password(self, question: &str) -> Result<zeroize::Zeroizing<String>> {
        if !self.can_ask() {
            return Err(Failure::missing("--password-stdin or --password-file", "without a terminal to ask at"));
        }
        let answer = ask(|| {
            dialoguer::Password::new()
                .with_prompt(question)
                .with_confirmation("Repeat the password", "The passwords do not match")
                .interact()
        })?;
        Ok(zeroize::Zeroizing::new(answer))
    }
}

/// Shows a prompt and restores the terminal afterwards.
pub(crate) fn ask<T>(prompt: impl FnOnce() -> dialoguer::Result<T>) -> Result<T> {
    signals::restoring_terminal(prompt).map_err(failed)
}

fn failed(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        std::io::ErrorKind::Interrupted => Failure::new(ErrorCode::Interrupted, "interrupted; nothing was changed"),
        _ => Failure::new(ErrorCode::Io, format!("cannot prompt: {error}")),
    }
}
