//! Prints the texts of the wizard. They are part of the dialogue, so `--quiet` does not suppress them.

use std::io::Write;

use dialoguer::console::Term;

use crate::escape::visible;

/// Prints a text, wrapped to the width of the terminal.
pub(super) fn say(text: &str) {
    show(&textwrap::fill(text, columns()));
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
