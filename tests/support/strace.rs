//! The system call tracer `strace`, which kills the program before a system call of its, or lets the call fail.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use super::cli::{SSGCTL, TestCli, words};

/// The system calls before which a kill is worth trying: after each of them another process may find something else than before.
///
/// They write files, make, rename and remove them, and lock them. A kill before any other call, such as a read or an allocation,
/// leaves what a kill before the next of these leaves. Locks and syncs change no file themselves; between them SQLite changes the index
/// of its log, which is shared memory, by plain stores.
const STATE_CHANGING: &[&str] = &[
    "copy_file_range",
    "fallocate",
    "fchmod",
    "fchmodat",
    "fchown",
    "fcntl",
    "fdatasync",
    "flock",
    "fsync",
    "ftruncate",
    "link",
    "linkat",
    "mkdir",
    "mkdirat",
    "openat",
    "pwrite64",
    "pwritev",
    "rename",
    "renameat",
    "renameat2",
    "sync_file_range",
    "unlink",
    "unlinkat",
    "write",
    "writev",
];

/// Whether there is a tracer that may trace. In CI there must be one.
pub fn can_trace() -> bool {
    let traced = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    let can = traced.is_ok_and(|output| output.status.success());
    assert!(can || std::env::var_os("CI").is_none(), "strace is needed in CI");
    can
}

/// Dead by the tracer's signal, which it passes on as its own end.
pub fn was_killed(output: &Output) -> bool {
    output.status.code().is_none() || output.status.code() == Some(137)
}

/// The end of a command that is killed before it makes a system call for the n-th time.
pub fn kill(call: &str, n: u32) -> String {
    format!("{call}:signal=KILL:when={n}")
}

impl TestCli {
    /// The program under a tracer that injects something into one of its system calls.
    pub fn tampered(&self, injection: &str, line: &str) -> Command {
        let call = injection.split(':').next().unwrap_or_default();
        let options = [&format!("trace={call}"), "-e", &format!("inject={injection}")];
        let mut command = self.traced(&options.map(String::from));
        command.args(words(line));
        command
    }

    fn traced(&self, options: &[String]) -> Command {
        let mut command = self.program("strace");
        command.args(["-f", "-qq", "-o"]).arg(self.path("trace")).arg("-e").args(options).arg(SSGCTL);
        command
    }

    /// The state-changing system calls that a command line makes, which must succeed.
    pub fn state_changing_calls(&self, line: &str) -> BTreeSet<String> {
        // A call that this machine does not have is none of the program's.
        let known: Vec<String> = STATE_CHANGING.iter().map(|call| format!("?{call}")).collect();
        let output =
            self.traced(&[format!("trace={}", known.join(","))]).args(words(line)).output().expect("strace runs");
        assert!(output.status.success(), "{line}: {output:?}");
        let trace = std::fs::read_to_string(self.path("trace")).expect("a trace");
        // A line is the number of a process, and a call with its arguments; others report signals and ends.
        let calls = trace.lines().filter_map(|line| line.split_whitespace().nth(1)?.split_once('('));
        let calls: BTreeSet<String> = calls.map(|(name, _)| name.to_owned()).filter(|name| !name.is_empty()).collect();
        for call in ["openat", "pwrite64", "write", "fcntl"] {
            assert!(calls.contains(call), "{line}: {call} is not among {calls:?}");
        }
        // SQLite syncs with either, depending on how it was built.
        assert!(calls.contains("fsync") || calls.contains("fdatasync"), "{line}: no sync is among {calls:?}");
        calls
    }
}
