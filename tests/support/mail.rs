//! A gateway's fixture: the real program with a configuration for mail, and the outbox as it is.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::cli::{Outcome, TestCli, words};
use crate::support::mail_server::Server;

/// Who writes emails.
pub const ROLES: &str = "
[roles.billing]
name = 'Example Billing'
address = 'billing@gateway.example'
reply_to = 'accounts@gateway.example'
";

pub struct MailFixture {
    pub cli: TestCli,
}

/// What is of interest of an email in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub kind: String,
    pub to: String,
    pub state: String,
}

impl MailFixture {
    /// A mail fixture that sends to a server; internal alerts go to `ops@gateway.example`.
    pub fn at(server: &Server) -> Self {
        Self::with_mail(&format!("transport = 'smtp://127.0.0.1:{}'\ntimeout_seconds = 1", server.port()))
    }

    /// A mail fixture with these settings of mail.
    pub fn with_mail(mail: &str) -> Self {
        let fixture = Self { cli: TestCli::new() };
        fixture.cli.ok("db init");
        fixture.configure(mail);
        fixture
    }

    pub fn configure(&self, mail: &str) {
        self.write_config(&format!("[mail]\ninternal = ['ops@gateway.example']\n{mail}\n{ROLES}"));
    }

    pub fn config(&self) -> String {
        fs::read_to_string(self.cli.config()).expect("read")
    }

    /// Puts a template of our own before the one that is built in.
    pub fn template(&self, name: &str, text: &str) {
        let folder = self.cli.config().with_file_name("templates");
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join(name), text).expect("written");
    }

    pub fn write_config(&self, text: &str) {
        let path = self.cli.config();
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("made private");
    }

    /// A customer with 1000 credits, an early warning at 500, an urgent one at 100, and one address.
    pub fn customer(&self, code: &str) {
        let lower = code.to_lowercase();
        self.ok(&format!(
            "customer new --account-code {code} --organisation {code} --invoice-emails pay@{lower}.example"
        ));
        self.ok(&format!("balance adjust {code} 1000 --unit SMS --description opening"));
        self.ok(&format!("balance warn {code} --upper 500 --lower 100"));
    }

    /// Sets a customer's credits.
    pub fn sink(&self, code: &str, to: &str) {
        let now = self.cli.json(&format!("balance show {code}"));
        let now = now[0]["balance"].as_str().or(now["balance"].as_str()).expect("a balance").to_owned();
        let (now, to): (i64, i64) = (now.parse().expect("whole"), to.parse().expect("whole"));
        self.ok(&format!("balance adjust {code} {} --description moved --allow-negative", to - now));
    }

    pub fn ok(&self, line: &str) -> String {
        self.cli.ok(line)
    }

    pub fn check(&self) -> Outcome {
        self.cli.run("balance check")
    }

    /// A check that must have nothing to say.
    #[track_caller]
    pub fn quiet_check(&self) {
        let outcome = self.check();
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (Some(0), "", ""));
    }

    /// A check that must end with an exit code; what it says.
    #[track_caller]
    pub fn troubled_check(&self, code: i32) -> String {
        self.check().failed(code, "balance check").to_owned()
    }

    pub fn start_check(&self) -> Child {
        let mut command = self.cli.command();
        command.args(words("balance check")).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("started")
    }

    /// The program with the test's authority among those that it trusts.
    pub fn trusting(&self, authority: &str) -> Command {
        let path = self.cli.path("authority.pem");
        fs::write(&path, authority).expect("written");
        let mut command = self.cli.command();
        command.env("SSL_CERT_FILE", path);
        command
    }

    pub fn outbox(&self) -> Vec<Sent> {
        let text = |email: &Value, key: &str| email[key].as_str().expect(key).to_owned();
        let emails = self.cli.json("mail list");
        let emails = emails.as_array().expect("a list").iter();
        emails
            .map(|email| Sent {
                kind: text(email, "template"),
                to: text(email, "recipient"),
                state: text(email, "state"),
            })
            .collect()
    }

    /// The outbox as `kind to state`, in order.
    pub fn emails(&self) -> Vec<String> {
        self.outbox().into_iter().map(|Sent { kind, to, state }| format!("{kind} {to} {state}")).collect()
    }

    /// Lets every wait be over.
    pub fn wait_is_over(&self) {
        self.cli
            .sql()
            .execute("UPDATE outbox_email SET next_attempt_at = created_at WHERE next_attempt_at IS NOT NULL", [])
            .expect("moved");
    }

    /// How many crossings were ever recorded.
    pub fn crossings(&self) -> i64 {
        self.cli.sql().query_row("SELECT count(*) FROM crossing", [], |row| row.get(0)).expect("counted")
    }
}
