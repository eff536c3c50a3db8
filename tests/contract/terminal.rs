//! A person at a terminal: the real program on a pseudo-terminal, with what it shows and what is typed.

use std::ops::{Deref, DerefMut};
use std::process::Command;

use rexpect::process::WaitStatus;
use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};

use crate::support::cli::{SSGCTL, TestCli, words};

/// How long a text is waited for. It is no measure: a test that waits so long has failed.
const PATIENCE_MS: u64 = 20_000;

/// A command that runs on a terminal.
pub struct Session(PtySession);

impl TestCli {
    /// Starts a command line on a terminal, with these variables in its environment.
    pub fn at_terminal(&self, line: &str, environment: &[(&str, &str)]) -> Session {
        // The terminal that the test gets does not echo what is typed; a person's does.
        self.shell_at_terminal("stty echo; exec \"$0\" \"$@\"", line, environment)
    }

    /// Starts a shell script on a terminal; the program is its `$0`.
    pub fn script_at_terminal(&self, script: &str) -> Session {
        self.shell_at_terminal(script, "", &[])
    }

    fn shell_at_terminal(&self, script: &str, line: &str, environment: &[(&str, &str)]) -> Session {
        let mut command = Command::new("sh");
        command.args(["-c", script, SSGCTL]).args(words(line));
        command.env_clear().env("HOME", self.home()).env("PATH", "/usr/bin:/bin").env("TERM", "xterm");
        command.current_dir(self.home()).envs(environment.iter().copied());
        let options = Options::new().timeout_ms(Some(PATIENCE_MS)).strip_ansi_escape_codes(false);
        Session(spawn_with_options(command, options).expect("a terminal"))
    }
}

impl Session {
    /// Waits until a text is shown.
    #[track_caller]
    pub fn shows(&mut self, text: &str) {
        if let Err(error) = self.exp_string(text) {
            unreachable!("`{text}` is not shown: {error}");
        }
    }

    /// Types keys.
    pub fn types(&mut self, keys: &str) {
        self.send(keys).expect("typed");
        self.flush().expect("typed");
    }

    /// Everything shown until the command ended, and its exit code.
    pub fn ends(mut self) -> (String, Option<i32>) {
        // The terminal's reader makes a character of every byte.
        let bytes =
            self.exp_eof().expect("the command ends").chars().map(|c| u8::try_from(c).expect("a byte")).collect();
        let shown = String::from_utf8(bytes).expect("the program writes UTF-8");
        let code = match self.process().wait().expect("the command ended") {
            WaitStatus::Exited(_, code) => Some(code),
            _ => None,
        };
        (shown, code)
    }
}

impl Deref for Session {
    type Target = PtySession;

    fn deref(&self) -> &PtySession {
        &self.0
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PtySession {
        &mut self.0
    }
}

#[test]
fn a_terminal_changes_colour_and_width_and_never_content() {
    let cli = TestCli::seeded();
    for format in ["json", "jsonl", "csv", "name"] {
        for line in ["customer list --all", "smpp show abc", "audit list", "balance history"] {
            let line = format!("{line} -o {format}");
            let (shown, code) = cli.at_terminal(&line, &[]).ends();
            assert_eq!((code, shown.replace("\r\n", "\n")), (Some(0), cli.ok(&line)), "{line}");
        }
    }
    let (shown, _) = cli.at_terminal("customer list", &[("NO_COLOR", "1")]).ends();
    assert_eq!(shown.replace("\r\n", "\n"), cli.ok("customer list"));
    let (shown, _) = cli.at_terminal("customer list", &[]).ends();
    assert!(shown.contains("\u{1b}[1m"), "no colour at a terminal: {shown:?}");
    assert!(cli.ok("customer list --color always").contains("\u{1b}[1m"));
    assert!(!cli.ok("customer list").contains('\u{1b}'));
}
