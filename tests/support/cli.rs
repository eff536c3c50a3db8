//! The real program in a home folder of its own, with nothing in its environment that the test did not put there.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use rusqlite::Connection;
use rusqlite::types::Value as Stored;
use serde_json::Value;
use tempfile::TempDir;

/// The program, as cargo built it for these tests.
pub const SSGCTL: &str = env!("CARGO_BIN_EXE_ssgctl");

/// A copy of the program, which starts a third quicker: the linker wrote the original in small pages, and a copy lies in large ones,
/// of which a start maps fewer.
fn copied_program() -> &'static Path {
    static COPY: OnceLock<PathBuf> = OnceLock::new();
    COPY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (draft, copy) = (folder.join(format!("ssgctl.{}", std::process::id())), folder.join("ssgctl"));
        // By another name first, because another test program may run the copy that is there; and by another process, because a
        // file that any process has open for writing cannot be run, be it one that another thread is about to start.
        let copied = Command::new("cp").arg(SSGCTL).arg(&draft).status();
        assert!(copied.is_ok_and(|status| status.success()), "no copy of the program");
        fs::rename(&draft, &copy).expect("a copy of the program");
        copy
    })
}

/// Where commands run, and what they leave behind. The folder is removed when the test ends.
pub struct TestCli {
    home: TempDir,
}

/// What a prepared home folder holds: folders and files in the order in which they can be made again.
pub struct Home(Vec<(PathBuf, Permissions, Option<Vec<u8>>)>);

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; none when a signal ended the process.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// What invoices need of the configuration.
pub const BILLING: &str = "[tax]\ncountry = \"GB\"\nvat_number = \"GB123456789\"\n\
    standard = [{ from = \"2011-01-04\", rate = \"20\" }]\n[seller]\nname = \"Northwind\"\n";

/// Levels of reminders.
const REMINDERS: &str = "[invoice]\nreminders = [\"-3d\", \"+1d\"]\n";

impl TestCli {
    /// An empty home folder.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A home folder as `prepare` leaves one. It is prepared once in the life of the test program and copied from then on, because
    /// preparing one takes many commands.
    pub fn copy_of(prepared: &OnceLock<Home>, prepare: impl FnOnce() -> Self) -> Self {
        prepared.get_or_init(|| prepare().contents()).restore()
    }

    /// The home folder as it is now, to be restored as often as needed.
    pub fn contents(&self) -> Home {
        let mut found = Vec::new();
        let mut folders = vec![self.home().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder is listed") {
                let path = entry.expect("an entry").path();
                let (name, metadata) =
                    (path.strip_prefix(self.home()).expect("below"), path.metadata().expect("there"));
                let bytes = metadata.is_file().then(|| fs::read(&path).expect("read"));
                found.push((name.to_owned(), metadata.permissions(), bytes));
                if metadata.is_dir() {
                    folders.push(path);
                }
            }
        }
        Home(found)
    }

    /// A home folder whose database has two customers in use and one archived, with some of everything.
    pub fn seeded() -> Self {
        static SEEDED: OnceLock<Home> = OnceLock::new();
        Self::copy_of(&SEEDED, Self::seed)
    }

    fn seed() -> Self {
        let cli = Self::new();
        let lines = [
            "customer new --account-code ABC --organisation 'ABC Corp' --country GB --company-reg-no 123 \
             --phone +447700900123 --website abc.example --vat-reg-no GB123456782 --payment-terms-days 30 \
             --invoice-emails a@abc.example,b@abc.example --invoice-address '11 High Street' --invoice-address Leeds",
            "customer new --account-code XYZ --organisation XYZ",
            "customer new --account-code OLD --organisation 'Old Ltd'",
            "contact add ABC --name 'Zoë Núñez' --email zoe@abc.example --mobile +447700900125 --roles billing,general",
            "note add ABC 'Asked for a second bind.'",
            "service new uk --name 'UK direct' --unit GBP --price 0.0325",
            "smpp add ABC --system-id abc_prod --short-name abc --name Production --max-tps 50 \
             --allowed-ips 192.0.2.7,2001:db8::/48 --cug +447700900124 --mo-numbers +447700900126",
            "smpp add XYZ --system-id xyz_old",
            "smpp archive xyz_old --yes --reason 'not used'",
            "balance adjust ABC 100 --description opening --reference INV-1 --key k-1",
            "balance adjust ABC 12.5 --unit GBP --description '=card' --allow-negative",
            "customer archive OLD --yes",
        ];
        for line in lines {
            cli.ok(line);
        }
        let rows = "customer,amount,unit,description,key\nABC,5,SMS,import,i-1\nXYZ,6,SMS,import,i-2\n";
        let files = [
            ("rows.csv", rows),
            ("logins", "stranger secret - *.*.*.*\n"),
            ("numbers.txt", "+447700900124\n+447700900130\n"),
            ("customers.csv", "account_code,organisation,country\nNEWCO,Newco Ltd,IE\n"),
            ("contacts.csv", "customer,name,email\nABC,Max Muster,max@abc.example\n"),
            ("notes.csv", "customer,text\nABC,Imported.\n"),
            ("accounts.csv", "system_id,customer,max_tps\nimported,ABC,5\n"),
            ("services.csv", "code,name,unit,price\nde,DE direct,EUR,0.07\n"),
            ("bank.csv", "Date,Counter Party,Reference,Type,Amount (EUR)\n01/11/2025,Acme,RF472,FPS,24.00\n"),
            ("desired.toml", "account_code = 'KEPT'\norganisation = 'Kept Ltd'\n[[smpp]]\nsystem_id = 'kept'\n"),
            ("prices.csv", "country,price\nGB,0.03\nNG,0.2\n"),
            (
                "traffic.csv",
                "message_id,submitted_at,system_id,destination,state,parts\n\
                 m-1,2026-11-01T10:00:00Z,abc_prod,+447700900123,delivered,2\n",
            ),
        ];
        for (name, text) in files {
            fs::write(cli.path(name), text).expect("written");
        }
        cli.bill();
        cli.ok("db backup backup.db");
        cli.ok("db init --db empty.db");
        cli.ok("export everything.jsonl");
        cli.set_up_mail();
        cli
    }

    /// A draft, an issued invoice and a draft on hold of the customer ABC, and a payment of which a part is left.
    fn bill(&self) {
        self.configure("billing.toml", BILLING);
        for line in [
            "invoice new ABC --currency EUR --description Set-up --price 50",
            "invoice new ABC --currency EUR --description Rental --price 20",
            "invoice new ABC --currency EUR --credits 100 --net 5",
            "invoice issue 2 --config billing.toml",
            "fee add ABC --amount 20 --currency EUR --description Rental --monthly --from 2026-10-16",
            "invoice hold 3",
            "payment record ABC 4 --currency EUR --config billing.toml -q",
        ] {
            self.ok(line);
        }
    }

    fn configure(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).expect("written");
        fs::set_permissions(self.path(file), Permissions::from_mode(0o600)).expect("private");
    }

    /// An import of traffic that was interrupted before its first row.
    pub fn interrupt_import(&self) {
        let sql = "INSERT INTO import (file, sha256, size, dialect, options, charging, state, begun_at, actor)
            VALUES ('lost.csv', zeroblob(32), 1, 'ssgctl', '{}', 1, 'unfinished', '2026-11-24T10:00:00.000Z', 'jo')";
        self.sql().execute_batch(sql).expect("an import");
    }

    /// An import of one message, which costs nothing.
    pub fn import_a_message(&self) {
        let row = "message_id,submitted_at,system_id,destination,state\nshown,2026-11-02T10:00:00Z,abc_prod,+447700900123,pending\n";
        fs::write(self.path("shown.csv"), row).expect("written");
        self.ok("traffic import shown.csv --no-charge");
    }

    /// A plan that nothing uses, with a price, an archived one, and a list of prices.
    pub fn add_plans(&self) {
        fs::write(self.path("prices.csv"), "destination,price\nNG,0.04\n").expect("written");
        for code in ["spare", "spent"] {
            self.ok(&format!("plan new {code} --name Plan --unit GBP --default-price 0.05"));
        }
        self.ok("price set spare GB 0.03 --effective 2026-01-01");
        self.ok("plan archive spent");
    }

    /// A warning whose email waits, as `broken.toml` cannot send; `mail.toml` sends into the folder `emails`.
    fn set_up_mail(&self) {
        let role = "[roles.billing]\nname = \"Billing\"\naddress = \"billing@gateway.example\"\n";
        for (file, transport) in [("broken.toml", "sendmail:/bin/false"), ("mail.toml", "folder:emails")] {
            let hosts = "[gateway]\nhosts = [\"smpp1.gateway.example\", \"smpp2.gateway.example\"]\n";
            // The key of the database, not one next to the file. Relative, because the home folder is copied.
            let key = "[secrets]\nkey_file = \".config/ssgctl/ssgctl.key\"\n";
            let text = format!("{hosts}{key}[mail]\ntransport = \"{transport}\"\n{role}{BILLING}{REMINDERS}");
            self.configure(file, &text);
        }
        fs::create_dir(self.path("emails")).expect("a folder");
        self.ok("balance warn ABC --unit SMS --upper 200 --lower 50");
        let check = self.run("balance check --config broken.toml");
        assert_eq!(check.code, Some(11), "{}", check.stderr);
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// A file below the home folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.home().join(name)
    }

    /// Where the database is when nothing says otherwise.
    pub fn database(&self) -> PathBuf {
        self.path(".local/share/ssgctl/ssgctl.db")
    }

    /// Where the configuration is when nothing says otherwise.
    pub fn config(&self) -> PathBuf {
        self.path(".config/ssgctl/config.toml")
    }

    /// Where the key is when nothing says otherwise.
    pub fn key(&self) -> PathBuf {
        self.path(".config/ssgctl/ssgctl.key")
    }

    /// The program without arguments, in an environment of HOME and PATH only, and with nothing on stdin.
    pub fn command(&self) -> Command {
        self.program(copied_program())
    }

    /// Another program in the same environment, such as a shell.
    pub fn program(&self, name: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(name);
        command.env_clear().env("HOME", self.home()).env("PATH", "/usr/bin:/bin");
        command.current_dir(self.home()).stdin(Stdio::null());
        command
    }

    /// Runs a command line: words between blanks, or between single quotes.
    pub fn run(&self, line: &str) -> Outcome {
        self.run_words(&words(line))
    }

    pub fn run_words<S: AsRef<OsStr>>(&self, words: &[S]) -> Outcome {
        self.command().args(words).output().expect("the program runs").into()
    }

    /// Runs a command line with a text on stdin.
    pub fn run_with_stdin(&self, line: &str, text: impl AsRef<[u8]>) -> Outcome {
        let mut child = self.spawn(line);
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // A command that fails before it reads closes the pipe; what it says then is what counts.
        let _ = stdin.write_all(text.as_ref());
        drop(stdin);
        child.wait_with_output().expect("the program ends").into()
    }

    /// Starts a command line whose streams are pipes.
    pub fn spawn(&self, line: &str) -> Child {
        let mut command = self.command();
        command.args(words(line)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    /// Starts a command line that nobody listens to.
    pub fn start(&self, line: &str) -> Child {
        let mut command = self.command();
        command.args(words(line)).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program starts")
    }

    /// Runs a shell script in which `ssgctl` is the program.
    pub fn shell(&self, script: &str) -> Outcome {
        let script = format!("ssgctl() {{ {SSGCTL:?} \"$@\"; }}\n{script}");
        self.program("sh").arg("-c").arg(script).output().expect("the shell runs").into()
    }

    /// The output of a command line that must succeed.
    pub fn ok(&self, line: &str) -> String {
        self.run(line).succeeded(line)
    }

    /// The output of a command line, which must succeed, as JSON.
    pub fn json(&self, line: &str) -> Value {
        let text = self.ok(&format!("{line} -o json"));
        serde_json::from_str(&text).unwrap_or_else(|error| unreachable!("{line}: {error}: {text}"))
    }

    /// The open database, behind the program's back.
    pub fn sql(&self) -> Connection {
        Connection::open(self.database()).expect("the database opens")
    }

    /// Everything that the database holds, table by table and row by row; nothing when there is none.
    pub fn dump(&self) -> Vec<(String, Vec<Stored>)> {
        if !self.database().exists() {
            return Vec::new();
        }
        let connection = self.sql();
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut statement = connection.prepare(names).expect("the schema is read");
        let tables: Vec<String> =
            statement.query_map([], |row| row.get(0)).expect("tables").collect::<Result<_, _>>().expect("names");
        let mut dump = Vec::new();
        for table in tables {
            let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).expect("a table is read");
            let width = statement.column_count();
            let mut rows = statement.query([]).expect("rows");
            while let Some(row) = rows.next().expect("a row") {
                let values = (0..width).map(|column| row.get(column)).collect::<Result<_, _>>().expect("values");
                dump.push((table.clone(), values));
            }
        }
        dump
    }

    /// Every file below the home folder.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.home().to_owned()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder is listed") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }
}

impl Home {
    /// A new home folder with these contents.
    pub fn restore(&self) -> TestCli {
        let cli = TestCli::new();
        for (name, permissions, bytes) in &self.0 {
            let path = cli.path(name);
            match bytes {
                Some(bytes) => fs::write(&path, bytes),
                None => fs::create_dir(&path),
            }
            .and_then(|()| fs::set_permissions(&path, permissions.clone()))
            .expect("restored");
        }
        cli
    }
}

impl Outcome {
    /// The output, if the command succeeded.
    #[track_caller]
    pub fn succeeded(self, what: &str) -> String {
        assert_eq!(self.code, Some(0), "{what}: {}", self.stderr);
        self.stdout
    }

    /// Checks that the command failed with this code, wrote nothing to stdout, and said something on stderr.
    #[track_caller]
    pub fn failed(&self, code: i32, what: &str) -> &str {
        assert_eq!(self.code, Some(code), "{what}: {}", self.stderr);
        assert_eq!(self.stdout, "", "{what}");
        assert!(!self.stderr.is_empty(), "{what} fails without a word");
        &self.stderr
    }

    /// The failure that a command reported as JSON, without the enclosing `error`.
    #[track_caller]
    pub fn error(&self, what: &str) -> Value {
        let mut reported: Value = serde_json::from_str(&self.stderr).expect(&self.stderr);
        assert_eq!(reported.as_object().map(serde_json::Map::len), Some(1), "{what}: {reported}");
        reported["error"].take()
    }
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// The words of a command line: between blanks, or between single quotes.
pub fn words(line: &str) -> Vec<OsString> {
    let mut words: Vec<OsString> = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 0 {
            words.extend(part.split_whitespace().map(OsString::from));
        } else {
            words.push(part.into());
        }
    }
    words
}
