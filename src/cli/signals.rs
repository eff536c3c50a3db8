//! Handles SIGINT, SIGTERM and SIGHUP: the process exits at once, removes half-written files, and restores the terminal if a
//! prompt had changed it.
//!
//! Only the last two need a thread, because a signal handler may neither lock nor allocate. Most commands have nothing to clean
//! up and are over before a thread has started, so it is started when the first draft or prompt needs it.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, Once};
use std::thread;

use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals;

use ssgctl::store::drafts;

use crate::exit_codes::Exit;

/// The terminal's state before the open prompt, if there is one.
static BEFORE_PROMPT: Mutex<Option<Termios>> = Mutex::new(None);

/// Whether a signal's handler may exit by itself, because there is nothing to clean up.
static NOTHING_TO_CLEAN_UP: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// Ends the process as soon as a signal arrives, with 130, 143 or, if the terminal was closed, by the signal. SQLite rolls back an open transaction when the database is next
/// opened, so only half-written files need to be removed.
pub(crate) fn exit_on_signals() {
    // With a handler for SIGXFSZ, exceeding the file size limit is a write error instead of a crash.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    for (signal, exit) in [(SIGINT, Exit::Interrupted), (SIGTERM, Exit::Terminated)] {
        // Without a handler the default action still ends the process.
        let _ = flag::register_conditional_shutdown(signal, exit as i32, Arc::clone(&NOTHING_TO_CLEAN_UP));
    }
    drafts::before_each(clean_up_on_signals);
}

/// Ignores SIGINT and SIGTERM from now on, unless there is something to clean up: a pager has the terminal, and the process ends
/// with it.
pub(crate) fn ignore_interrupts() {
    NOTHING_TO_CLEAN_UP.store(false, Ordering::SeqCst);
}

/// Leaves signals to a thread that cleans up before it exits.
fn clean_up_on_signals() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let hangup = (!is_ignored(SIGHUP)).then_some(SIGHUP);
        let Ok(signals) = Signals::new([SIGINT, SIGTERM].into_iter().chain(hangup)) else { return };
        let handle = signals.handle();
        if thread::Builder::new().spawn(|| exit_on_first(signals)).is_ok() {
            NOTHING_TO_CLEAN_UP.store(false, Ordering::SeqCst);
        } else {
            handle.close();
        }
    });
}

fn exit_on_first(mut signals: Signals) {
    if let Some(signal) = signals.forever().next() {
        restore_terminal();
        drafts::remove_all();
        if signal == SIGHUP {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
        let exit = if signal == SIGINT { Exit::Interrupted } else { Exit::Terminated };
        signal_hook::low_level::exit(exit as i32);
    }
}

/// Whether the process was started with this signal ignored, as `nohup` does. A handler would end such a process.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_none_or(|mask| mask & (1 << (signal - 1)) != 0)
}

/// Runs a prompt and restores the terminal afterwards, also after a signal. Calls may nest: only the outermost restores.
pub(crate) fn restoring_terminal<T>(prompt: impl FnOnce() -> T) -> T {
    clean_up_on_signals();
    let is_outermost = BEFORE_PROMPT.lock().is_ok_and(|mut before| {
        let is_outermost = before.is_none();
        if is_outermost {
            *before = tcgetattr(std::io::stdin()).ok();
        }
        is_outermost
    });
    let answer = prompt();
    if is_outermost {
        restore_terminal();
    }
    answer
}

/// Turns off echo, so that keys typed between two questions are not shown twice: by the terminal and by the question that
/// reads them. Only within [`restoring_terminal`], and for questions that read single keys.
pub(crate) fn disable_echo() {
    // If this fails, typed-ahead keys are shown twice, which is harmless.
    if let Ok(mut state) = tcgetattr(std::io::stdin()) {
        state.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON);
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &state);
    }
}

/// Drops the keys that were typed before a question is shown. Only a terminal has such keys; a pipe is not asked.
pub(crate) fn discard_typed_ahead() {
    // If this fails, the terminal is gone, and so the question fails.
    let _ = tcflush(std::io::stdin(), QueueSelector::IFlush);
}

fn restore_terminal() {
    // The lock is held until everything is restored. An interrupt also ends the prompt, so both threads get here, and
    // neither may exit while the other still writes to the terminal.
    let Ok(mut before) = BEFORE_PROMPT.lock() else { return };
    if let Some(state) = before.take() {
        // A closed terminal needs no restoring.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &state);
        let _ = std::io::stderr().write_all(b"\x1b[?25h");
    }
}
