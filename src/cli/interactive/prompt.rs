//! Questions to a person at a terminal. Without one, what would be asked must be given.

use std::io::IsTerminal;

use dialoguer::Confirm;

use crate::escape::visible;
use crate::exit::{ErrorCode, Failure, Result};
use crate::signals;

/// Whether and how questions are asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prompt {
    /// Confirmations are answered with yes.
    pub(crate) yes: bool,
    /// Nothing is ever asked.
    pub(crate) no_input: bool,
}

impl Prompt {
    /// Whether there is somebody to ask.
    pub(crate) fn can_ask(self) -> bool {
        !self.no_input && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Goes on only if `--yes` was given or the person says so.
    pub(crate) fn confirm(self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        if !self.can_ask() {
            return Err(Failure::missing("--yes", &format!("to answer: {question}")));
        }
        let answer = asked(|| Confirm::new().with_prompt(visible(question)).default(false).interact())?;
        if answer { Ok(()) } else { Err(Failure::new(ErrorCode::NotConfirmed, "not confirmed; nothing was changed")) }
    }

    /// Asks for a password, twice and without echo.
    pub(crate) fn new_password(self, question: &str) -> Result<zeroize::Zeroizing<String>> {
        if !self.can_ask() {
            return Err(Failure::missing("--password-stdin or --password-file", "where nobody can be asked"));
        }
        let answer = asked(|| {
            dialoguer::Password::new().with_prompt(question).with_confirmation("Once more", "The two differ").interact()
        })?;
        Ok(zeroize::Zeroizing::new(answer))
    }
}

/// Asks, and leaves the terminal as it was.
pub(crate) fn asked<T>(ask: impl FnOnce() -> dialoguer::Result<T>) -> Result<T> {
    signals::with_terminal_kept(ask).map_err(failed)
}

fn failed(error: dialoguer::Error) -> Failure {
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        std::io::ErrorKind::Interrupted => Failure::new(ErrorCode::Interrupted, "interrupted; nothing was changed"),
        _ => Failure::new(ErrorCode::Io, format!("cannot ask: {error}")),
    }
}
