//! SIGINT and SIGTERM: the process ends at once, and gives the terminal back as it was before a question.

use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::exit::Exit;

/// How the terminal was before the question that is open now, if one is.
static BEFORE_QUESTION: Mutex<Option<Termios>> = Mutex::new(None);

/// Ends with 130 and 143 as soon as the signal comes: an open transaction is undone by the next opening of the database.
pub(crate) fn exit_on_signals() {
    // A file that would grow beyond its limit is then an error of the write, and not the end of the process.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    // Without a handler the signal still ends the process, only by itself.
    let Ok(signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let handle = signals.handle();
    if thread::Builder::new().spawn(|| exit_on_first(signals)).is_err() {
        handle.close();
    }
}

fn exit_on_first(mut signals: Signals) {
    if let Some(signal) = signals.forever().next() {
        restore_terminal();
        let exit = if signal == SIGINT { Exit::Interrupted } else { Exit::Terminated };
        signal_hook::low_level::exit(exit as i32);
    }
}

/// Does what may hide the cursor or what is typed, and undoes that however it ends. A question within a dialogue leaves that
/// to the dialogue.
pub(crate) fn with_terminal_kept<T>(question: impl FnOnce() -> T) -> T {
    let is_outermost = BEFORE_QUESTION.lock().is_ok_and(|mut before| {
        let is_free = before.is_none();
        if is_free {
            *before = tcgetattr(std::io::stdin()).ok();
        }
        is_free
    });
    let answer = question();
    if is_outermost {
        restore_terminal();
    }
    answer
}

/// Keeps what is typed between two questions from being shown twice, by the terminal and by the question that takes it. Only
/// within [`with_terminal_kept`], and for questions that read key by key.
pub(crate) fn hide_what_is_typed_ahead() {
    // A terminal that cannot be asked shows it twice, and nothing else is amiss.
    if let Ok(mut state) = tcgetattr(std::io::stdin()) {
        state.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON);
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &state);
    }
}

fn restore_terminal() {
    // The lock is kept until all is given back: an interrupt ends the question as well, and neither of the two may end the
    // process while the other is still at it.
    let Ok(mut before) = BEFORE_QUESTION.lock() else { return };
    if let Some(state) = before.take() {
        // A terminal that went away needs nothing back.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &state);
        let _ = std::io::stderr().write_all(b"\x1b[?25h");
    }
}
