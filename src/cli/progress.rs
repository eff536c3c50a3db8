//! Progress bars for long commands. They appear only if a person can see them.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar on stderr. It is cleared when it is dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar that counts bytes and shows the rate and the time left. `total` is none if the size of the input is unknown.
    /// With `--quiet`, or if stderr is not a terminal (pipes, logs, cron), nothing is shown.
    pub(crate) fn of_bytes(total: Option<u64>, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let template = match total {
            Some(_) => "{msg:10} {wide_bar} {bytes:>10}/{total_bytes:10} {bytes_per_sec:>12} {eta:>4} left",
            None => "{msg:10} {spinner} {bytes:>10} {bytes_per_sec:>12} for {elapsed}",
        };
        // The templates are constants, so this cannot fail. If it did, a plain bar would do.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(10)).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }

    /// Starts another phase, which processes all bytes again.
    pub(crate) fn begin(&self, phase: &'static str) {
        self.0.reset();
        self.0.set_message(phase);
    }

    /// Sets the number of processed bytes.
    pub(crate) fn at(&self, bytes: u64) {
        self.0.set_position(bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
