//! How far a long work is: a bar for a person at a terminal, and nothing for anybody else.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on stderr, which is gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar of bytes that shows rate and time left; `total` is how many there are, where that is known. It stays away with
    /// `--quiet`, and where stderr is no terminal: in pipes, logs and cron.
    pub(crate) fn of_bytes(total: Option<u64>, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let template = match total {
            Some(_) => "{msg:10} {wide_bar} {bytes:>10}/{total_bytes:10} {bytes_per_sec:>12} {eta:>4} left",
            None => "{msg:10} {spinner} {bytes:>10} {bytes_per_sec:>12} for {elapsed}",
        };
        // The template is a constant: were it wrong, the bar would be a plain one.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(10)).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }

    /// Begins another part of the work, which goes over all bytes again.
    pub(crate) fn begin(&self, part: &'static str) {
        self.0.reset();
        self.0.set_message(part);
    }

    /// Says how many bytes are done.
    pub(crate) fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
