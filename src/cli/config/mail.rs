//! The sections of the configuration about email: who sends it, by which transport, and which warnings new customers get.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;
use ssgctl::mail::sendmail;
use ssgctl::mail::{RoleConfig, Route, SenderConfig, SmtpCredentials, TemplateRenderer, TransportConfig};
use ssgctl::model::{DaysAhead, EmailAddress, Money, Name, Sender, SilentHours, SurgeFactor, Unit, WarningDetails};
use ssgctl::store::files::SmallFile;
use ssgctl::{Error, ops, store};
use zeroize::Zeroizing;

use crate::config::certificates::refuse_missing_certificates;
use crate::exit::{ErrorCode, Failure, Result};

/// `[operator]`: the names that emails use.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OperatorSection {
    company: Option<Name>,
    service: Option<Name>,
}

impl OperatorSection {
    /// The name of the operator's company.
    pub(crate) fn company(&self) -> Option<&Name> {
        self.company.as_ref()
    }
}

/// `[mail]`: how emails are sent.
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
    /// Internal recipients of warnings that name none of their own.
    pub(crate) internal: Vec<EmailAddress>,
}

/// A transport route. Parsing it with the file reports an invalid route at its line, not when an email is sent.
#[derive(Debug, Clone)]
struct RouteText(Route);

impl<'de> Deserialize<'de> for RouteText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

/// A secret in the configuration file itself. Only its owner may then read the file.
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

/// `[roles]`: the departments that send emails.
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

/// `[warnings]`: the thresholds and forecasts of new customers' warnings, by unit.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct WarningsSection(BTreeMap<Unit, ThresholdsSection>);

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdsSection {
    upper: Option<Money>,
    lower: Option<Money>,
    days_left: Option<DaysAhead>,
    surge: Option<SurgeFactor>,
    silent: Option<SilentHours>,
}

impl WarningsSection {
    /// The thresholds as `config show` lists them.
    pub(crate) fn listed(&self) -> Vec<(String, Option<String>)> {
        let thresholds = self.0.iter().flat_map(|(unit, thresholds)| {
            let amount = |at: Option<Money>| at.map(|at| unit.format(at));
            let fields = [
                ("upper", amount(thresholds.upper)),
                ("lower", amount(thresholds.lower)),
                ("days_left", thresholds.days_left.map(|days| days.to_string())),
                ("surge", thresholds.surge.map(|factor| factor.to_string())),
                ("silent", thresholds.silent.map(|hours| hours.to_string())),
            ];
            fields.map(|(field, at)| (format!("warnings.{}.{field}", unit.code()), at))
        });
        thresholds.filter(|(_, at)| at.is_some()).collect()
    }

    /// Sets the configured warnings for a new customer.
    pub(crate) fn apply(&self, tx: &mut store::Tx<'_>, customer: &str) -> ssgctl::Result<()> {
        for (unit, thresholds) in &self.0 {
            ops::warning::set(tx, customer, *unit, |details: &mut WarningDetails| {
                details.upper = thresholds.upper;
                details.lower = thresholds.lower;
                details.days_left = thresholds.days_left;
                details.surge = thresholds.surge;
                details.silent = thresholds.silent;
            })?;
        }
        Ok(())
    }
}

/// All settings about email.
#[derive(Debug, Default, Clone)]
pub(crate) struct MailSettings {
    pub(crate) operator: OperatorSection,
    pub(crate) mail: MailSection,
    pub(crate) roles: RolesSection,
    /// The folder of the configuration file. Its `templates` take precedence over the built-in ones.
    pub(crate) folder: Option<PathBuf>,
}

impl MailSection {
    /// The folder of the operator's own templates, if one is named.
    pub(super) fn templates(&self) -> Option<&Path> {
        self.templates.as_deref()
    }

    /// The file with the password for the mail server, if one is named.
    pub(crate) fn password_file(&self) -> Option<&Path> {
        self.password_file.as_deref()
    }

    /// Whether the configuration file itself contains a secret.
    pub(crate) fn contains_secret(&self) -> bool {
        self.password.is_some()
    }
}

impl MailSettings {
    /// The settings as `config show` lists them. Secrets are not among them.
    pub(crate) fn listed(&self) -> Vec<(&'static str, Option<String>)> {
        let path = |path: &PathBuf| path.display().to_string();
        let internal: Vec<&str> = self.mail.internal.iter().map(EmailAddress::as_str).collect();
        vec![
            ("operator.company", self.operator.company.as_ref().map(ToString::to_string)),
            ("operator.service", self.operator.service.as_ref().map(ToString::to_string)),
            ("mail.transport", self.mail.transport.as_ref().map(|route| route.0.to_string())),
            ("mail.login", self.mail.login.clone()),
            ("mail.password_file", self.mail.password_file.as_ref().map(path)),
            ("mail.password_command", self.mail.password_command.clone()),
            ("mail.internal", (!internal.is_empty()).then(|| internal.join(", "))),
            ("mail.timeout_seconds", self.mail.timeout_seconds.map(|seconds| seconds.to_string())),
            ("mail.run_seconds", self.mail.run_seconds.map(|seconds| seconds.to_string())),
            ("mail.templates", self.mail.templates.as_ref().map(path)),
        ]
    }

    /// The settings of the roles that the file has.
    pub(crate) fn listed_roles(&self) -> Vec<(String, Option<String>)> {
        let RolesSection { sales, support, billing } = &self.roles;
        let roles = [("billing", billing), ("sales", sales), ("support", support)];
        let roles = roles.into_iter().filter_map(|(name, role)| role.as_ref().map(|role| (name, role)));
        let settings = roles.flat_map(|(name, role)| {
            let fields = [
                ("name", Some(role.name.to_string())),
                ("address", Some(role.address.to_string())),
                ("reply_to", role.reply_to.as_ref().map(ToString::to_string)),
                ("signature", role.signature.clone()),
            ];
            fields.map(|(field, value)| (format!("roles.{name}.{field}"), value))
        });
        settings.filter(|(_, value)| value.is_some()).collect()
    }

    /// The renderer of emails. A missing role is an error only when an email needs it, because not every installation sends
    /// all emails.
    pub(crate) fn renderer(&self) -> Result<TemplateRenderer> {
        let name = |configured: &Option<Name>, default: &str| match configured {
            Some(name) => Ok(name.clone()),
            None => default.parse().map_err(|rule| Error::invalid("company", default, rule)),
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

    /// Whether a transport of emails is set.
    pub(crate) fn has_transport(&self) -> bool {
        self.mail.transport.is_some()
    }

    /// The transport of emails, with its credentials.
    pub(crate) fn transport(&self) -> Result<TransportConfig> {
        let Some(RouteText(route)) = self.mail.transport.clone() else {
            return Err(Failure::new(ErrorCode::Mail, "the configuration does not set an email transport")
                .hint("set transport in [mail]; `ssgctl config init` writes a commented configuration file"));
        };
        if route.uses_tls() {
            refuse_missing_certificates()?;
        }
        let timeout = Duration::from_secs(self.mail.timeout_seconds.unwrap_or(30).clamp(1, 600));
        let credentials = match &self.mail.login {
            Some(login) => Some(SmtpCredentials { login: login.clone(), password: self.password(timeout)? }),
            None => None,
        };
        Ok(TransportConfig { route, credentials, timeout })
    }

    /// The maximum time that one run spends on sending.
    pub(crate) fn run_time(&self) -> Duration {
        Duration::from_secs(self.mail.run_seconds.unwrap_or(240).clamp(1, 3600))
    }

    /// The password for the mail server: from the environment, a file, a command or the configuration, in this order.
    fn password(&self, timeout: Duration) -> Result<Zeroizing<String>> {
        let text = if let Ok(password) = env::var("SSGCTL_SMTP_PASSWORD") {
            Zeroizing::new(password)
        } else if let Some(file) = &self.mail.password_file {
            read_private(file)?
        } else if let Some(command) = &self.mail.password_command {
            output_of(command, timeout)?
        } else if let Some(Secret(password)) = &self.mail.password {
            password.clone()
        } else {
            return Err(Failure::new(ErrorCode::Mail, "[mail] sets a login but no password").hint(
                "set password_file or password_command in [mail], or the environment variable SSGCTL_SMTP_PASSWORD",
            ));
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

/// Reads a file that only its owner may read.
fn read_private(file: &Path) -> Result<Zeroizing<String>> {
    let unreadable = |error: std::io::Error| {
        Failure::new(ErrorCode::Mail, format!("cannot read the password file {}: {error}", file.display()))
    };
    let read = SmallFile::read(file).map_err(unreadable)?;
    read.refuse_unsafe(true)?;
    Ok(read.text)
}

/// Runs a command and returns what it prints. The output goes to memory, never to a file on disk.
fn output_of(command: &str, timeout: Duration) -> Result<Zeroizing<String>> {
    let failed = |reason: String| Failure::new(ErrorCode::Mail, format!("password_command: {reason}"));
    let io_failed = |error: std::io::Error| failed(error.to_string());
    let (mut output, mut stderr) = (sendmail::output().map_err(io_failed)?, sendmail::output().map_err(io_failed)?);
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(output.try_clone().map_err(io_failed)?)
        .stderr(stderr.try_clone().map_err(io_failed)?);
    let mut child = sendmail::spawn(&mut shell).map_err(io_failed)?;
    let status = sendmail::wait(&mut child, timeout).map_err(io_failed)?;
    // First: a program whose output is cut off fails in words of its own.
    let bytes = Zeroizing::new(sendmail::printed(&mut output).map_err(io_failed)?);
    if bytes.len() as u64 >= sendmail::MAX_OUTPUT {
        return Err(failed(format!("printed {} KiB or more, which is no password", sendmail::MAX_OUTPUT / 1024)));
    }
    let said = sendmail::complaint(&mut stderr);
    match status {
        None => return Err(failed(format!("timed out{said}"))),
        Some(status) if !status.success() => return Err(failed(format!("{}{said}", sendmail::ending(status)))),
        Some(_) => {}
    }
    let text = str::from_utf8(&bytes).map_err(|_| failed("did not print UTF-8 text".to_owned()))?;
    let text = Zeroizing::new(text.to_owned());
    Ok(text)
}
