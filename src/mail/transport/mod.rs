//! The ways by which emails leave: a mail server, the local `sendmail`, or a folder.

pub mod sendmail;
mod smtp;

use std::fmt;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::mail::as_mime;
use crate::model::{Invalid, OutboxEmail, SendOutcome};
use crate::store::files;

use smtp::SmtpTransport;

/// Where emails go, as the configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// A mail server, and how the connection to it is secured.
    Smtp { host: String, port: u16, security: Security },
    /// A program that takes an email on its standard input.
    Sendmail(PathBuf),
    /// A folder in which each email becomes a file.
    Folder(PathBuf),
}

/// How a connection to a mail server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all; for a server on this machine.
    Plain,
    /// By STARTTLS, without which nothing is sent.
    StartTls,
    /// By TLS from the first byte on.
    Tls,
}

impl FromStr for Route {
    type Err = Invalid;

    fn from_str(text: &str) -> std::result::Result<Self, Invalid> {
        let rule = || {
            Invalid::rule(
                "must be smtp://HOST:PORT, smtp+starttls://HOST:PORT, smtps://HOST:PORT, sendmail:PROGRAM or folder:FOLDER",
            )
        };
        let (scheme, rest) = text.split_once(':').ok_or_else(rule)?;
        let (security, usual_port) = match scheme {
            "smtp" => (Security::Plain, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            "sendmail" if rest.is_empty() => return Ok(Self::Sendmail(PathBuf::from("/usr/sbin/sendmail"))),
            "sendmail" => return Ok(Self::Sendmail(PathBuf::from(rest))),
            "folder" if !rest.is_empty() => return Ok(Self::Folder(PathBuf::from(rest))),
            _ => return Err(rule()),
        };
        let server = rest.strip_prefix("//").map(|server| server.trim_end_matches('/')).ok_or_else(rule)?;
        let url = url::Url::parse(&format!("smtp://{server}")).map_err(|_| rule())?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Invalid::rule("must not hold a login; that has settings of its own"));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(rule)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        Ok(Self::Smtp { host, port: url.port().unwrap_or(usual_port), security })
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp { host, port, security } => {
                let scheme = match security {
                    Security::Plain => "smtp",
                    Security::StartTls => "smtp+starttls",
                    Security::Tls => "smtps",
                };
                write!(f, "{scheme}://{host}:{port}")
            }
            Self::Sendmail(program) => write!(f, "sendmail:{}", program.display()),
            Self::Folder(folder) => write!(f, "folder:{}", folder.display()),
        }
    }
}

/// What a mail server wants to know before it takes emails.
#[derive(Clone)]
pub struct Credentials {
    pub login: String,
    pub password: Zeroizing<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}, ********)", self.login)
    }
}

/// A route, ready to be used.
#[derive(Debug, Clone)]
pub struct TransportConfig {
    pub route: Route,
    pub credentials: Option<Credentials>,
    /// How long each step of sending may take.
    pub timeout: Duration,
}

/// Whoever takes emails away.
pub trait MailTransport {
    /// Sends an email, and says what came of it.
    fn send(&mut self, email: &OutboxEmail) -> SendOutcome;

    /// Whether it has found that nothing can be sent now, so that further emails need not be tried.
    fn is_down(&self) -> bool {
        false
    }
}

impl TransportConfig {
    /// Gets ready to send. Nothing is connected yet.
    ///
    /// # Errors
    /// [`Error::Email`] when a login would travel unprotected.
    pub fn transport(&self) -> Result<Box<dyn MailTransport>> {
        Ok(match &self.route {
            Route::Smtp { host, port, security } => {
                if *security == Security::Plain && self.credentials.is_some() {
                    return Err(Error::Email(
                        "a login is sent over TLS only: use smtp+starttls:// or smtps://".to_owned(),
                    ));
                }
                Box::new(SmtpTransport::new(host, *port, *security, self.credentials.clone(), self.timeout)?)
            }
            Route::Sendmail(program) => Box::new(Sendmail { program: program.clone(), timeout: self.timeout }),
            Route::Folder(folder) => Box::new(Folder { folder: folder.clone() }),
        })
    }
}

/// Each email as a file, named after its number and Message-ID.
struct Folder {
    folder: PathBuf,
}

impl MailTransport for Folder {
    fn send(&mut self, email: &OutboxEmail) -> SendOutcome {
        let name = format!("{:08}-{}.eml", email.id, email.message_id.split('@').next().unwrap_or_default());
        let written =
            as_mime(email).and_then(|message| files::write_new(&self.folder.join(name), &message.formatted()));
        match written {
            // A file that is there already is this email, written before a crash.
            Ok(_) => SendOutcome::Sent,
            Err(error) => SendOutcome::Deferred(error.to_string()),
        }
    }
}

/// The local mail system's own program.
struct Sendmail {
    program: PathBuf,
    timeout: Duration,
}

impl MailTransport for Sendmail {
    fn send(&mut self, email: &OutboxEmail) -> SendOutcome {
        match as_mime(email) {
            Ok(message) => self.hand_over(email, &message.formatted()),
            Err(error) => SendOutcome::Refused(error.to_string()),
        }
    }
}

impl Sendmail {
    fn hand_over(&self, email: &OutboxEmail, message: &[u8]) -> SendOutcome {
        let program = self.program.display();
        let put_off = |error: io::Error| SendOutcome::Deferred(format!("cannot run {program}: {error}"));
        let spawned = on_stdin(message).and_then(|stdin| {
            let child = Command::new(&self.program)
                .args(["-i", "-f", email.content.sender.address.as_str(), "--", email.recipient.as_str()])
                .stdin(stdin.try_clone()?)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            Ok((child, stdin))
        });
        let (mut child, mut stdin) = match spawned {
            Ok(spawned) => spawned,
            Err(error) => return put_off(error),
        };
        match sendmail::wait(&mut child, self.timeout) {
            Ok(Some(status)) => {
                // The program reads the same open file, and leaves it where it stopped.
                let read = stdin.stream_position().is_ok_and(|at| at >= message.len() as u64);
                exit_outcome(&self.program, status.code(), read)
            }
            Ok(None) => SendOutcome::Unanswered(format!("{program} did not end in time")),
            Err(error) => SendOutcome::Unanswered(format!("{program}: {error}")),
        }
    }
}

/// A text as what a program reads.
fn on_stdin(text: &[u8]) -> io::Result<File> {
    let mut file = sendmail::memory()?;
    file.write_all(text)?;
    file.rewind()?;
    Ok(file)
}

/// What a mail program's exit code means (sysexits.h).
fn exit_outcome(program: &Path, code: Option<i32>, read: bool) -> SendOutcome {
    let told = |code: i32| format!("{} ended with {code}", program.display());
    match code {
        Some(0) if read => SendOutcome::Sent,
        Some(0) => SendOutcome::Deferred(format!("{} did not read the email", program.display())),
        // EX_USAGE, EX_DATAERR, EX_NOUSER, EX_NOHOST: about this email, and for good.
        Some(code @ (64 | 65 | 67 | 68)) => SendOutcome::Refused(told(code)),
        Some(code) => SendOutcome::Deferred(told(code)),
        None => SendOutcome::Unanswered(format!("{} was killed", program.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_and_written() {
        let routes = [
            ("smtp://localhost", "smtp://localhost:25"),
            ("smtp+starttls://mail.example.com:2525/", "smtp+starttls://mail.example.com:2525"),
            ("smtps://mail.example.com", "smtps://mail.example.com:465"),
            ("sendmail:", "sendmail:/usr/sbin/sendmail"),
            ("folder:/var/spool/emails", "folder:/var/spool/emails"),
        ];
        for (text, written) in routes {
            assert_eq!(text.parse::<Route>().expect(text).to_string(), written);
        }
        for text in ["", "mail.example.com", "http://x", "smtp:", "smtp://", "folder:", "smtps://u:p@mail.example.com"]
        {
            assert!(text.parse::<Route>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_login_does_not_travel_unprotected() {
        let credentials = Some(Credentials { login: "u".to_owned(), password: Zeroizing::new("p".to_owned()) });
        let transport = |text: &str| TransportConfig {
            route: text.parse().expect("route"),
            credentials: credentials.clone(),
            timeout: Duration::from_secs(1),
        };
        assert!(transport("smtp://localhost").transport().is_err());
        assert!(transport("smtps://localhost").transport().is_ok());
        assert!(!format!("{:?}", transport("smtps://localhost")).contains("\"p\""));
    }
}
