//! Shows what is longer than the terminal in a pager, as `git log` does.

use std::env;
use std::io::{self, Stdout, Write};
use std::process::{Child, Command, Stdio};

use crate::signals;

/// The pager if `PAGER` names none.
const DEFAULT_PAGER: &str = "less";

/// What `less` does by default: keep colours, leave the text on the screen, and end by itself if the text fits.
const DEFAULT_LESS: &str = "FRX";

/// Writes to a terminal, through a pager as soon as a result is longer than the terminal is high.
pub(super) struct PagedTerminal {
    out: Stdout,
    /// The number of lines of the terminal.
    height: usize,
    /// The result so far, until it is complete or too long.
    kept: Vec<u8>,
    pager: Option<Child>,
    /// Whether no pager could be started.
    is_plain: bool,
}

impl PagedTerminal {
    pub(super) fn new(out: Stdout, height: u16) -> Self {
        Self { out, height: usize::from(height), kept: Vec::new(), pager: None, is_plain: false }
    }

    /// The shell command that `PAGER` names; none if there is to be no pager.
    pub(super) fn command() -> Option<String> {
        let is_dumb = env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        let pager = env::var("PAGER").unwrap_or_else(|_| DEFAULT_PAGER.to_owned());
        (!is_dumb && !pager.trim().is_empty() && pager != "cat").then_some(pager)
    }

    fn start(&mut self) {
        self.is_plain = true;
        let Some(pager) = Self::command().filter(|pager| is_installed(pager)) else { return };
        let mut command = Command::new("sh");
        command.args(["-c", &pager]).stdin(Stdio::piped());
        if env::var_os("LESS").is_none() {
            command.env("LESS", DEFAULT_LESS);
        }
        // Ctrl-C is for the pager, which the terminal sends it to as well.
        signals::ignore_interrupts();
        self.pager = command.spawn().ok();
        self.is_plain = self.pager.is_none();
    }

    fn send(&mut self) -> io::Result<()> {
        let kept = std::mem::take(&mut self.kept);
        match self.pager.as_mut().and_then(|pager| pager.stdin.as_mut()) {
            Some(pipe) => pipe.write_all(&kept),
            None => self.out.write_all(&kept).and_then(|()| self.out.flush()),
        }
    }

    /// Whether a pager was started.
    pub(super) fn has_pager(&self) -> bool {
        self.pager.is_some()
    }

    /// Drops what was not written yet.
    pub(super) fn discard(&mut self) {
        self.kept.clear();
    }
}

/// Whether the shell finds the program of a command. What a pager does not take is lost.
fn is_installed(command: &str) -> bool {
    let program = command.split_whitespace().find(|word| !word.contains('=')).unwrap_or_default();
    let mut search = Command::new("sh");
    search.args(["-c", "command -v \"$0\" > /dev/null 2>&1", program]);
    search.status().is_ok_and(|status| status.success())
}

impl Write for PagedTerminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.extend_from_slice(bytes);
        let is_too_long = |kept: &[u8]| memchr::memchr_iter(b'\n', kept).count() >= self.height;
        if self.pager.is_none() && !self.is_plain && is_too_long(&self.kept) {
            self.start();
        }
        if self.pager.is_some() || self.is_plain {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send()
    }
}

impl Drop for PagedTerminal {
    /// Waits for the reader to leave the pager.
    fn drop(&mut self) {
        if let Some(mut pager) = self.pager.take() {
            drop(pager.stdin.take());
            // If it cannot be waited for, it is gone.
            let _ = pager.wait();
        }
    }
}
