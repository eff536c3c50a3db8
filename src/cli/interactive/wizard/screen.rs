//! What the wizard says to the person at the terminal. It is part of the dialogue, so that `--quiet` does not silence it.

use std::io::Write;

use dialoguer::console::Term;

use crate::escape::visible;

/// Says something, in lines that fit the terminal.
pub(super) fn say(text: &str) {
    show(&textwrap::fill(text, columns()));
}

/// Shows lines as they are.
pub(super) fn show(lines: &str) {
    // A terminal that cannot be written to has nobody at it, and the next question finds that out.
    let _ = writeln!(std::io::stderr(), "{}", visible(lines));
}

/// The width of the terminal.
pub(super) fn columns() -> usize {
    usize::from(Term::stderr().size().1).max(20)
}
