//! Killed anywhere, an import of traffic leaves a sound database, and the same command again ends where a clean run ends.
//!
//! The system call tracer `strace` does some of the killing; where it is not installed, or may not trace, that test passes.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::types::Value;

const SSGCTL: &str = env!("CARGO_BIN_EXE_ssgctl");

/// What must be the same however often an import was interrupted: everything but times, and hashes that cover times.
const ENDS: &[&str] = &[
    "SELECT * FROM message",
    "SELECT * FROM traffic_daily",
    "SELECT * FROM traffic_monthly",
    "SELECT * FROM import_account",
    "SELECT id, file, state, rows, new, updated, duplicate, rejected FROM import",
    "SELECT id, customer_id, unit, kind, amount_e8, balance_after_e8, description, reference FROM entry",
    "SELECT customer_id, unit, balance_e8 FROM balance",
    "SELECT id, entity, action, subject, changes FROM event",
];

struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    /// Two customers with an account each, and a file with rows of both, some of them twice.
    fn new(rows: u32) -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap() };
        for code in ["abc", "xyz"] {
            fixture.done(&["customer", "new", "--organisation", code, "--account-code", code]);
            fixture.done(&["smpp", "add", code, "--system-id", code]);
        }
        let mut text = "message_id,submitted_at,system_id,destination,state,parts\n".to_owned();
        for n in 0..rows {
            let id = n % (rows - rows / 7);
            let account = ["abc", "xyz"][id as usize % 2];
            let state = if n == id { "pending" } else { "delivered" };
            writeln!(text, "{id},2026-11-{:02}T10:00:00Z,{account},+44770090{id:04},{state},2", id % 20 + 1).unwrap();
        }
        fs::write(fixture.file(), text).unwrap();
        fixture
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("a.csv")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("HOME", self.folder.path()).current_dir(self.folder.path());
        command
    }

    fn done(&self, arguments: &[&str]) -> Output {
        let output = self.command(SSGCTL).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output
    }

    /// Ends the import, and looks at the whole database before and after.
    fn completed(&self, batch: &str) -> Vec<Vec<Vec<Value>>> {
        self.done(&["db", "check"]);
        self.done(&["traffic", "import", "a.csv", "--batch-rows", batch]);
        let checked = self.done(&["db", "check"]);
        assert!(checked.stderr.is_empty(), "{checked:?}");
        let database = Connection::open(self.folder.path().join(".local/share/ssgctl/ssgctl.db")).unwrap();
        ENDS.iter().map(|sql| rows(&database, sql)).collect()
    }

    /// The fixture as it was before the import.
    fn again(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let copied = Command::new("cp").arg("-a").arg(self.folder.path().join(".")).arg(folder.path()).status();
        assert!(copied.unwrap().success());
        Self { folder }
    }
}

fn rows(database: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

fn can_trace() -> bool {
    let traced = Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "true"]).output();
    let can = traced.is_ok_and(|output| output.status.success());
    assert!(can || std::env::var_os("CI").is_none(), "strace is needed in CI");
    can
}

#[test]
fn killed_before_any_write_an_import_is_completed_by_the_same_command() {
    if !can_trace() {
        return;
    }
    let fixture = Fixture::new(40);
    let clean = fixture.again().completed("15");
    for call in ["pwrite64", "fdatasync", "fsync", "write"] {
        for place in 1.. {
            let fixture = fixture.again();
            let killing = format!("inject={call}:signal=KILL:when={place}");
            let mut killed = fixture.command("strace");
            killed.args(["-f", "-qq", "-o", "/dev/null", "-e", &killing, SSGCTL]);
            let output = killed.args(["traffic", "import", "a.csv", "--batch-rows", "15"]).output().unwrap();
            assert!(fixture.completed("15") == clean, "{call} {place}");
            if output.status.success() {
                break;
            }
            assert!(place < 5_000, "the killing never ended");
        }
    }
}

#[test]
fn killed_again_and_again_an_import_ends_where_a_clean_run_ends() {
    let fixture = Fixture::new(6_000);
    let clean = fixture.again().completed("200");
    let killed = fixture.again();
    let mut kills = 0;
    for attempt in 0..50_u64 {
        let mut import = killed.command(SSGCTL);
        import.args(["traffic", "import", "a.csv", "--batch-rows", "200"]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = import.spawn().unwrap();
        // From early to late, in no order.
        std::thread::sleep(Duration::from_millis(attempt * 37 % 400 + 50));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            break;
        }
        kills += 1;
    }
    assert!(killed.completed("200") == clean, "after {kills} kills");
}

#[test]
fn where_the_rows_of_a_file_have_no_room_nothing_is_imported_and_nothing_stays() {
    let fixture = Fixture::new(80_000);
    let clean = fixture.again().completed("30000");
    let folder = fixture.folder.path().join(".local/share/ssgctl");
    let others_than_the_database = || {
        let names = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.starts_with("ssgctl.db")).collect::<Vec<_>>()
    };
    let nothing: [String; 0] = [];
    // Room for the rows that are kept in memory, and for few more.
    let mut limited = fixture.command("bash");
    limited.args(["-c", "ulimit -f 1100; exec \"$@\"", "bash", SSGCTL, "traffic", "import", "a.csv"]);
    let output = limited.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(10), "{told}");
    assert!(told.contains("cannot keep the rows of the file, some 40 bytes each, beside "), "{told}");
    assert_eq!(others_than_the_database(), nothing);
    assert_eq!(fixture.done(&["traffic", "list", "--json"]).stdout, b"[]\n");
    if can_trace() {
        for place in [1, 3] {
            let killing = format!("inject=write:signal=KILL:when={place}");
            let mut killed = fixture.command("strace");
            killed.args(["-f", "-qq", "-o", "/dev/null", "-e", &killing, SSGCTL, "traffic", "import", "a.csv"]);
            assert!(!killed.output().unwrap().status.success());
            assert_eq!(others_than_the_database(), nothing, "{place}");
        }
    }
    assert!(fixture.completed("30000") == clean);
}

#[test]
fn imports_of_overlapping_files_at_once_end_where_they_end_one_after_the_other() {
    let fixture = Fixture::new(600);
    let text = fs::read_to_string(fixture.file()).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let lines: Vec<&str> = body.lines().collect();
    for (name, range) in [("b.csv", 0..400), ("c.csv", 200..600), ("d.csv", 100..500)] {
        fs::write(fixture.folder.path().join(name), format!("{header}\n{}\n", lines[range].join("\n"))).unwrap();
    }
    let imports: Vec<_> = ["b.csv", "c.csv", "d.csv", "a.csv"]
        .map(|name| fixture.command(SSGCTL).args(["traffic", "import", name, "--batch-rows", "50"]).spawn().unwrap())
        .into_iter()
        .collect();
    for mut import in imports {
        assert!(import.wait().unwrap().success());
    }
    let shown = fixture.done(&["balance", "list", "--csv", "--fields", "customer,balance"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    // 515 messages of two parts.
    assert_eq!(shown, "customer,balance\nabc,-516\nxyz,-514\n");
    fixture.done(&["db", "check"]);
}
