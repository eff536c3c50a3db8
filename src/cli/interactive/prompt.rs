//! Confirmations and password prompts. Without a terminal, the answers must be options.
//!
//! Every answer waits for Return. What was typed before a question that acts is discarded, because it was meant for something
//! else.

use std::io::{IsTerminal, Write};

use dialoguer::Input;

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
        signals::discard_typed_ahead();
        loop {
            let typed = ask(|| line(&visible(&format!("{question} [y/N]"))).interact_text())?;
            match yes_or_no(&typed) {
                Some(true) => return Ok(()),
                Some(false) => break,
                None if typed.trim().is_empty() => break,
                // If the terminal is gone, the next question fails.
                None => drop(writeln!(std::io::stderr(), "answer yes or no")),
            }
        }
        Err(Failure::new(ErrorCode::NotConfirmed, "not confirmed; nothing was changed"))
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

/// A question that is answered with a line, which may be empty.
pub(crate) fn line(question: &str) -> Input<'static, String> {
    Input::new().with_prompt(question).allow_empty(true)
}

/// An answer to a question for yes or no.
pub(crate) fn yes_or_no(typed: &str) -> Option<bool> {
    match typed.trim().to_lowercase().as_str() {
        "y" | "yes" => Some(true),
        "n" | "no" => Some(false),
        _ => None,
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
