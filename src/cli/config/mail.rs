//! The parts of the configuration that emails need: who writes them, and by which way they leave.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use ssgctl::mail::sendmail;
use ssgctl::mail::{RoleConfig, Route, SenderConfig, SmtpCredentials, TemplateRenderer, TransportConfig};
use ssgctl::model::{EmailAddress, Money, Name, Sender, Unit, WarningDetails};
use ssgctl::{Error, ops, store};
use zeroize::Zeroizing;

use crate::exit::{ErrorCode, Failure, Result};

/// The operator's own names.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OperatorSection {
    company: Option<Name>,
    service: Option<Name>,
}

/// How emails leave.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MailSection {
    transport: Option<RouteText>,
    login: Option<String>,
    password: Option<Secret>,
    password_file: Option<PathBuf>,
    password_command: Option<String>,
    timeout_seconds: Option<u64>,
    run_seconds: Option<u64>,
    templates: Option<PathBuf>,
    /// Where we are told when a warning names no address of ours.
    pub(crate) internal: Vec<EmailAddress>,
}

/// A route as text, valid from the reading of the file on.
#[derive(Debug, Clone)]
struct RouteText(Route);

impl<'de> Deserialize<'de> for RouteText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// A secret in the file itself, which then only its owner may read.
#[derive(Clone)]
struct Secret(Zeroizing<String>);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("********")
    }
}

/// The parts of the company that write emails.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RolesSection {
    sales: Option<RoleSection>,
    support: Option<RoleSection>,
    billing: Option<RoleSection>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleSection {
    name: Name,
    address: EmailAddress,
    reply_to: Option<EmailAddress>,
    signature: Option<String>,
}

/// The thresholds of new customers' warnings, by unit.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct WarningsSection(BTreeMap<Unit, MarksSection>);

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct MarksSection {
    upper: Money,
    lower: Option<Money>,
}

impl WarningsSection {
    /// Gives a new customer the warnings that every new customer gets.
    pub(crate) fn apply(&self, tx: &mut store::Tx<'_>, customer: &str) -> ssgctl::Result<()> {
        for (unit, thresholds) in &self.0 {
            ops::warning::set(tx, customer, *unit, |details: &mut WarningDetails| {
                details.upper = Some(thresholds.upper);
                details.lower = thresholds.lower;
            })?;
        }
        Ok(())
    }
}

/// Everything about emails that is set.
#[derive(Debug, Default, Clone)]
pub(crate) struct MailSettings {
    pub(crate) operator: OperatorSection,
    pub(crate) mail: MailSection,
    pub(crate) roles: RolesSection,
    /// The folder of the configuration file, whose `templates` come before those built in.
    pub(crate) folder: Option<PathBuf>,
}

impl MailSection {
    /// Whether the configuration file itself holds a secret.
    pub(crate) fn holds_secret(&self) -> bool {
        self.password.is_some()
    }
}

impl MailSettings {
    /// The settings as `config show` shows them.
    pub(crate) fn shown(&self) -> Vec<(&'static str, Option<String>)> {
        let path = |path: &PathBuf| path.display().to_string();
        vec![
            ("operator.company", self.operator.company.as_ref().map(ToString::to_string)),
            ("operator.service", self.operator.service.as_ref().map(ToString::to_string)),
            ("mail.transport", self.mail.transport.as_ref().map(|route| route.0.to_string())),
            ("mail.login", self.mail.login.clone()),
            ("mail.password_file", self.mail.password_file.as_ref().map(path)),
            ("mail.password_command", self.mail.password_command.clone()),
            ("mail.templates", self.mail.templates.as_ref().map(path)),
        ]
    }

    /// The writer of emails.
    ///
    /// Whether anybody is set up to sign them is found out when one is written.
    pub(crate) fn renderer(&self) -> Result<TemplateRenderer> {
        let name = |given: &Option<Name>, usual: &str| match given {
            Some(name) => Ok(name.clone()),
            None => usual.parse().map_err(|rule| Error::invalid("company", usual, rule)),
        };
        let company = name(&self.operator.company, "SMS gateway")?;
        let service = name(&self.operator.service, company.as_str())?;
        let role_config = |role: &Option<RoleSection>| role.as_ref().map(RoleSection::role_config);
        let RolesSection { sales, support, billing } = &self.roles;
        let sender_config = SenderConfig {
            company,
            service,
            sales: role_config(sales),
            support: role_config(support),
            billing: role_config(billing),
        };
        let templates = self.mail.templates.clone().or_else(|| Some(self.folder.as_ref()?.join("templates")));
        Ok(TemplateRenderer::new(sender_config, templates))
    }

    /// The way by which emails leave.
    pub(crate) fn transport(&self) -> Result<TransportConfig> {
        let Some(RouteText(route)) = self.mail.transport.clone() else {
            return Err(Failure::new(ErrorCode::Mail, "the configuration does not say how emails are sent")
                .hint("set transport in [mail]; `ssgctl config init` writes a file that explains it"));
        };
        let timeout = Duration::from_secs(self.mail.timeout_seconds.unwrap_or(30).clamp(1, 600));
        let credentials = match &self.mail.login {
            Some(login) => Some(SmtpCredentials { login: login.clone(), password: self.password(timeout)? }),
            None => None,
        };
        Ok(TransportConfig { route, credentials, timeout })
    }

    /// How long a run may go on sending.
    pub(crate) fn run_time(&self) -> Duration {
        Duration::from_secs(self.mail.run_seconds.unwrap_or(240).clamp(1, 3600))
    }

    /// The password for the mail server: from the environment, a file, a command, or the configuration itself.
    fn password(&self, timeout: Duration) -> Result<Zeroizing<String>> {
        let text = if let Ok(password) = env::var("SSGCTL_SMTP_PASSWORD") {
            Zeroizing::new(password)
        } else if let Some(file) = &self.mail.password_file {
            private_text(file)?
        } else if let Some(command) = &self.mail.password_command {
            printed_by(command, timeout)?
        } else if let Some(Secret(password)) = &self.mail.password {
            password.clone()
        } else {
            return Err(Failure::new(ErrorCode::Mail, "[mail] has a login and no password")
                .hint("set password_file or password_command, or SSGCTL_SMTP_PASSWORD"));
        };
        Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

impl RoleSection {
    fn role_config(&self) -> RoleConfig {
        let Self { name, address, reply_to, signature } = self.clone();
        RoleConfig { sender: Sender { name, address, reply_to }, signature }
    }
}

/// The text of a file that is there and that nobody else can read.
fn private_text(file: &Path) -> Result<Zeroizing<String>> {
    let missing = |error: std::io::Error| {
        Failure::new(ErrorCode::Mail, format!("cannot read the password file {}: {error}", file.display()))
    };
    let text = Zeroizing::new(fs::read_to_string(file).map_err(missing)?);
    store::files::refuse_unsafe(file, true)?;
    Ok(text)
}

/// What a command prints, if it does so in time.
fn printed_by(command: &str, timeout: Duration) -> Result<Zeroizing<String>> {
    let failed = |why: String| Failure::new(ErrorCode::Mail, format!("password_command: {why}"));
    let broken = |error: std::io::Error| failed(error.to_string());
    let mut printed = sendmail::memory().map_err(broken)?;
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(printed.try_clone().map_err(broken)?)
        .stderr(Stdio::null())
        .spawn()
        .map_err(broken)?;
    match sendmail::wait(&mut child, timeout).map_err(broken)? {
        None => return Err(failed("did not end in time".to_owned())),
        Some(status) if !status.success() => return Err(failed(format!("ended with {status}"))),
        Some(_) => {}
    }
    let mut text = Zeroizing::new(String::new());
    printed
        .rewind()
        .and_then(|()| printed.read_to_string(&mut text))
        .map_err(|_| failed("printed no text".to_owned()))?;
    Ok(text)
}
