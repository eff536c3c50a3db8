//! Email transports: an SMTP server, the local `sendmail` program, or a folder.

pub(super) mod mail_transport;
pub(super) mod route;
pub mod sendmail;
mod smtp;
mod smtp_connection;

use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::mail::as_mime;
use crate::model::{OutboxEmail, OutgoingEmail, SendOutcome};
use crate::store::files;

use smtp::SmtpTransport;

pub use mail_transport::MailTransport;
pub use route::{Route, Security, SmtpCredentials};

/// A route with its credentials and timeout.
#[derive(Debug, Clone)]
pub struct TransportConfig {
    pub route: Route,
    pub credentials: Option<SmtpCredentials>,
    /// The time limit for each step of sending.
    pub timeout: Duration,
}

impl TransportConfig {
    /// Creates the transport. It connects when the first email is sent.
    ///
    /// # Errors
    /// [`Error::Email`] when a login would be sent without TLS.
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

/// Writes each email to a file named after its ID and Message-ID.
struct Folder {
    folder: PathBuf,
}

impl MailTransport for Folder {
    fn send(&mut self, outgoing: &OutgoingEmail) -> SendOutcome {
        let email = &outgoing.email;
        let name = format!("{:08}-{}.eml", email.id, email.message_id.split('@').next().unwrap_or_default());
        let message = match as_mime(outgoing) {
            Ok(message) => message.formatted(),
            Err(error) => return SendOutcome::Refused(error.to_string()),
        };
        match files::write_new(&self.folder.join(name), &message) {
            // An existing file is this very email, written before a crash: the name contains its Message-ID.
            Ok(_) => SendOutcome::Sent,
            Err(error) => SendOutcome::Deferred(error.to_string()),
        }
    }
}

/// Pipes each email to the local `sendmail` program.
struct Sendmail {
    program: PathBuf,
    timeout: Duration,
}

impl MailTransport for Sendmail {
    fn send(&mut self, outgoing: &OutgoingEmail) -> SendOutcome {
        match as_mime(outgoing) {
            Ok(message) => self.pipe(&outgoing.email, &message.formatted()),
            Err(error) => SendOutcome::Refused(error.to_string()),
        }
    }
}

impl Sendmail {
    fn pipe(&self, email: &OutboxEmail, message: &[u8]) -> SendOutcome {
        let program = self.program.display();
        let deferred = |error: io::Error| SendOutcome::Deferred(format!("cannot run {program}: {error}"));
        let spawned = on_stdin(message).and_then(|stdin| {
            let stderr = sendmail::output()?;
            let mut command = Command::new(&self.program);
            command
                // Exim would email an error to the sender instead of saying it.
                .args(["-i", "-oep", "-f", email.content.sender.address.as_str(), "--", email.recipient.as_str()])
                .stdin(stdin.try_clone()?)
                .stdout(Stdio::null())
                .stderr(stderr.try_clone()?);
            Ok((sendmail::spawn(&mut command)?, stdin, stderr))
        });
        let (mut child, mut stdin, mut stderr) = match spawned {
            Ok(spawned) => spawned,
            Err(error) => return deferred(error),
        };
        match sendmail::wait(&mut child, self.timeout) {
            Ok(Some(status)) => {
                // The program shares this open file, so its position shows how much was read.
                let read = stdin.stream_position().is_ok_and(|at| at >= message.len() as u64);
                exit_outcome(&self.program, status, read, &sendmail::complaint(&mut stderr))
            }
            Ok(None) => {
                SendOutcome::Unanswered(format!("{program} did not exit in time{}", sendmail::complaint(&mut stderr)))
            }
            Err(error) => SendOutcome::Unanswered(format!("{program}: {error}")),
        }
    }
}

/// A file with the text, for a program's standard input.
fn on_stdin(text: &[u8]) -> io::Result<File> {
    let mut file = sendmail::memory()?;
    file.write_all(text)?;
    file.rewind()?;
    Ok(file)
}

/// The outcome for the exit of a mail program (sysexits.h).
fn exit_outcome(program: &Path, status: ExitStatus, read: bool, complaint: &str) -> SendOutcome {
    let reason = format!("{} {}{complaint}", program.display(), sendmail::ending(status));
    match status.code() {
        Some(0) if read => SendOutcome::Sent,
        Some(0) => SendOutcome::Deferred(format!("{} did not read the email{complaint}", program.display())),
        // EX_USAGE, EX_DATAERR, EX_NOUSER, EX_NOHOST: permanent failures of this email.
        Some(64 | 65 | 67 | 68) => SendOutcome::Refused(reason),
        Some(_) => SendOutcome::Deferred(reason),
        None => SendOutcome::Unanswered(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    #[test]
    fn a_login_is_not_sent_without_tls() {
        let credentials = Some(SmtpCredentials { login: "u".to_owned(), password: Zeroizing::new("p".to_owned()) });
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
