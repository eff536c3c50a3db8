//! Prints the texts of the wizard. They are part of the dialogue, so `--quiet` does not suppress them.

use std::io::Write;

use dialoguer::console::Term;

use crate::escape::visible;

/// Prints a text, wrapped to the width of the terminal.
pub(super) fn say(text: &str) {
    show(&textwrap::fill(text, columns()));
}

/// A text that helps to answer a question, such as what is wrong with an answer. It goes when the next one comes, or when the
/// question has an answer.
pub(super) struct Remark {
    lines: usize,
}

impl Remark {
    pub(super) fn none() -> Self {
        Self { lines: 0 }
    }

    /// Shows a text instead of the one before.
    pub(super) fn show(&mut self, text: &str) {
        self.clear();
        let text = textwrap::fill(&visible(text), columns());
        self.lines = text.lines().count();
        show(&text);
    }

    fn clear(&mut self) {
        // If the terminal is gone, the next question fails.
        let _ = Term::stderr().clear_last_lines(std::mem::take(&mut self.lines));
    }
}

impl Drop for Remark {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Prints lines without wrapping them.
pub(super) fn show(lines: &str) {
    // If the terminal is gone, the next question fails.
    let _ = writeln!(std::io::stderr(), "{}", visible(lines));
}

/// The width of the terminal.
pub(super) fn columns() -> usize {
    usize::from(Term::stderr().size().1).max(20)
}
