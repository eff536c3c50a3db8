//! Sends email over SMTP, one protocol step at a time, so that every failure shows whether the server may have accepted the
//! email.
//!
//! A [`Job`] runs in a thread of its own, because a server that answers in drips can keep within the timeout of every step.
//! The [`SmtpTransport`] waits for its result over a channel, for a limited time. A [`Claim`] decides between the two: before
//! the text is sent, the waiting side can still give the email up for a later attempt; afterwards its outcome is unknown.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use std::{fmt, io, iter};

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials as Login, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;

use crate::error::{Error, Result};
use crate::mail::as_mime;
use crate::mail::transport::mail_transport::MailTransport;
use crate::mail::transport::route::{Security, SmtpCredentials};
use crate::model::{OutboxEmail, SendOutcome};

/// The time limit for a whole email, in timeouts of one step.
const TIMEOUT_STEPS: u32 = 4;

/// Emails up to this many bytes are written at once, with their final dot. For longer ones the end is detected separately.
const SINGLE_WRITE_MAX: usize = 65_536;

/// Sends emails to one server and reuses the connection while it is open.
pub(crate) struct SmtpTransport {
    server: Arc<Server>,
    connection: Option<SmtpConnection>,
    down: bool,
}

/// A server and how to connect to it.
struct Server {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    credentials: Option<SmtpCredentials>,
    /// The time limit for each step.
    timeout: Duration,
}

/// The sending of one email, run by a thread of its own.
struct Job {
    server: Arc<Server>,
    connection: Option<SmtpConnection>,
    email: OutboxEmail,
    claim: Arc<Claim>,
}

/// The result of a job.
struct JobResult {
    outcome: SendOutcome,
    /// The connection, if it can be used again.
    connection: Option<SmtpConnection>,
    /// Whether the server could not be reached.
    down: bool,
}

/// A failure to send an email.
enum SendFailure {
    /// The server answered with an error; the connection can be used again.
    Answered(SendOutcome),
    /// The connection failed.
    ConnectionLost(SendOutcome),
}

/// Decides what happens to an email: the first side to take it wins, either the thread that is about to send the text or the
/// waiting side that gives up.
#[derive(Default)]
struct Claim(AtomicBool);

impl Claim {
    fn take(&self) -> bool {
        !self.0.swap(true, Ordering::SeqCst)
    }
}

impl SmtpTransport {
    pub(crate) fn new(
        host: &str,
        port: u16,
        security: Security,
        credentials: Option<SmtpCredentials>,
        timeout: Duration,
    ) -> Result<Self> {
        let tls = TlsParameters::new(host.to_owned())
            .map_err(|error| Error::Email(format!("TLS: {}", error_text(&error))))?;
        let server = Server { host: host.to_owned(), port, security, tls, credentials, timeout };
        Ok(Self { server: Arc::new(server), connection: None, down: false })
    }
}

impl MailTransport for SmtpTransport {
    fn send(&mut self, email: &OutboxEmail) -> SendOutcome {
        let claim = Arc::new(Claim::default());
        let job = Job {
            server: Arc::clone(&self.server),
            connection: self.connection.take(),
            email: email.clone(),
            claim: Arc::clone(&claim),
        };
        let (tx, rx) = mpsc::channel();
        // The receiver is gone if the email was given up, so a failed send is ignored.
        let spawned = thread::Builder::new().spawn(move || drop(tx.send(job.run())));
        if let Err(error) = spawned {
            return SendOutcome::Deferred(format!("cannot start a thread: {error}"));
        }
        let Ok(JobResult { outcome, connection, down }) = rx.recv_timeout(self.server.timeout * TIMEOUT_STEPS) else {
            let outcome = if claim.take() { SendOutcome::Deferred } else { SendOutcome::Unanswered };
            return outcome(format!("{} took too long", self.server.name()));
        };
        (self.connection, self.down) = (connection, down);
        outcome
    }

    fn is_down(&self) -> bool {
        self.down
    }
}

impl Drop for SmtpTransport {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // Every email has its outcome already, so errors of QUIT are ignored and its time is short.
            let _ = connection.set_timeout(Some(self.server.timeout.min(Duration::from_secs(1))));
            let _ = connection.quit();
        }
    }
}

impl Server {
    fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn connect(&self) -> std::result::Result<SmtpConnection, SmtpError> {
        let hello = ClientId::default();
        let tls = (self.security == Security::Tls).then_some(&self.tls);
        let addresses: Vec<SocketAddr> =
            (self.host.as_str(), self.port).to_socket_addrs().map(Iterator::collect).unwrap_or_default();
        let mut connection = SmtpConnection::connect(addresses.as_slice(), Some(self.timeout), &hello, tls, None)?;
        if self.security == Security::StartTls {
            connection.starttls(&self.tls, &hello)?;
        }
        if let Some(SmtpCredentials { login, password }) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, &Login::new(login.clone(), password.to_string()))?;
        }
        Ok(connection)
    }
}

impl Job {
    fn run(mut self) -> JobResult {
        let (mut connection, reused) = match self.connection.take() {
            Some(open) => (open, true),
            None => match self.server.connect() {
                Ok(new) => (new, false),
                Err(error) => {
                    let outcome = SendOutcome::Deferred(format!("{}: {}", self.server.name(), error_text(&error)));
                    // An error before MAIL FROM is about the server, not about this email.
                    return JobResult { outcome, connection: None, down: true };
                }
            },
        };
        let (outcome, connection) = match self.submit(&mut connection, reused) {
            Ok(()) => (SendOutcome::Sent, Some(connection)),
            // The server may have closed a reused connection. Nothing was sent on it yet, so connect again.
            Err(None) => return self.run(),
            Err(Some(SendFailure::Answered(outcome))) => {
                (outcome, connection.command(Rset).is_ok().then_some(connection))
            }
            Err(Some(SendFailure::ConnectionLost(outcome))) => (outcome, None),
        };
        JobResult { outcome, connection, down: false }
    }

    /// Submits the email. `Err(None)` means that a reused connection turned out to be closed.
    fn submit(&self, connection: &mut SmtpConnection, reused: bool) -> std::result::Result<(), Option<SendFailure>> {
        let message =
            as_mime(&self.email).map_err(|error| SendFailure::Answered(SendOutcome::Refused(error.to_string())))?;
        let (envelope, bytes) = (message.envelope().clone(), message.formatted());
        match connection.command(Mail::new(envelope.from().cloned(), Vec::new())) {
            Ok(_) => {}
            Err(error) if reused && is_closing(&error) => return Err(None),
            // A refused sender is a fault of the configuration, not of the recipient, so the email is tried again.
            Err(error) if error.is_permanent() => {
                return Err(Some(SendFailure::Answered(SendOutcome::Deferred(error_text(&error)))));
            }
            Err(error) => return Err(Some(send_failure(&error, SendOutcome::Deferred))),
        }
        let deferred = |error: SmtpError| send_failure(&error, SendOutcome::Deferred);
        for to in envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).map_err(deferred)?;
        }
        connection.command(Data).map_err(deferred)?;
        if !self.claim.take() {
            return Err(Some(SendFailure::ConnectionLost(SendOutcome::Deferred("given up".to_owned()))));
        }
        Ok(send_text(connection, &bytes)?)
    }
}

/// Sends an email's text and its final dot.
fn send_text(connection: &mut SmtpConnection, bytes: &[u8]) -> std::result::Result<(), SendFailure> {
    if let Some(text) = str::from_utf8(bytes).ok().filter(|text| text.len() <= SINGLE_WRITE_MAX) {
        // A broken pipe is an error of writing, and the dot is the last thing written: the server cannot have it.
        let is_unsent = |error: &SmtpError| io_kind(error) == Some(io::ErrorKind::BrokenPipe);
        let failure = |error| {
            send_failure(&error, if is_unsent(&error) { SendOutcome::Deferred } else { SendOutcome::Unanswered })
        };
        return connection.command(WithDot(text)).map(drop).map_err(failure);
    }
    // The iterator is asked for another part only after all of the email was written. A failure after that leaves the
    // outcome unknown, because the final dot may have arrived.
    let mut all_written = false;
    let parts = iter::once(bytes).chain(iter::from_fn(|| {
        all_written = true;
        None
    }));
    let answer = connection.message_iter(parts);
    answer.map(drop).map_err(|error| {
        send_failure(&error, if all_written { SendOutcome::Unanswered } else { SendOutcome::Deferred })
    })
}

/// The text of an email with its final dot, so that both leave in one write. lettre writes the dot separately; that packet
/// would wait for the server's delayed acknowledgement of the text, which takes 40 ms.
struct WithDot<'a>(&'a str);

impl fmt::Display for WithDot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive('\n') {
            write!(f, "{}{line}", if line.starts_with('.') { "." } else { "" })?;
        }
        f.write_str(if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

/// Whether an error means that the server closed the connection or is about to.
fn is_closing(error: &SmtpError) -> bool {
    error.status().map_or(!error.is_timeout(), |code| u16::from(code) == 421)
}

/// Classifies an error: a reply of the server is permanent or transient as its code says; for anything else, `lost` decides.
fn send_failure(error: &SmtpError, lost: fn(String) -> SendOutcome) -> SendFailure {
    let reason = error_text(error);
    if error.is_permanent() {
        SendFailure::Answered(SendOutcome::Refused(reason))
    } else if error.is_transient() {
        SendFailure::Answered(SendOutcome::Deferred(reason))
    } else {
        SendFailure::ConnectionLost(lost(reason))
    }
}

/// The I/O error behind an error, if there is one.
fn io_kind(error: &SmtpError) -> Option<io::ErrorKind> {
    let causes = iter::successors(std::error::Error::source(error), |error| error.source());
    causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).next()
}

/// The error with its causes, each once, because lettre's own texts repeat the innermost.
fn error_text(error: &SmtpError) -> String {
    // The system reports a timeout as "Resource temporarily unavailable", which explains nothing.
    if io_kind(error) == Some(io::ErrorKind::WouldBlock) {
        return "no answer in time".to_owned();
    }
    let mut text = error.to_string();
    for cause in iter::successors(std::error::Error::source(error), |error| error.source()) {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
    }
    text
}
