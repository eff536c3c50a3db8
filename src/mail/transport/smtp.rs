//! Sends email over SMTP, one protocol step at a time, so that every failure shows whether the server may have accepted the
//! email.
//!
//! A [`Job`] runs in a thread of its own, because a server that answers in drips can keep within the timeout of every step.
//! The [`SmtpTransport`] waits for its result over a channel, for a limited time. A [`Claim`] decides between the two: before
//! the text is sent, the waiting side can still give the email up for a later attempt; afterwards its outcome is unknown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::mail::as_mime;
use crate::mail::transport::mail_transport::MailTransport;
use crate::mail::transport::route::{Security, SmtpCredentials};
use crate::mail::transport::smtp_connection::{SmtpConnection, SmtpError, expect};
use crate::model::{OutgoingEmail, SendOutcome};
use crate::tls::TlsClient;

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
    tls: TlsClient,
    credentials: Option<SmtpCredentials>,
    /// The time limit for each step.
    timeout: Duration,
}

/// The sending of one email, run by a thread of its own.
struct Job {
    server: Arc<Server>,
    connection: Option<SmtpConnection>,
    outgoing: OutgoingEmail,
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
        let tls = TlsClient::new().map_err(|error| Error::Email(format!("TLS: {error}")))?;
        let server = Server { host: host.to_owned(), port, security, tls, credentials, timeout };
        Ok(Self { server: Arc::new(server), connection: None, down: false })
    }

    /// Runs a step in a thread and waits for its result for a limited time; the error says why there is none.
    fn within_limit<T: Send + 'static>(&self, step: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
        let (tx, rx) = mpsc::channel();
        // The receiver is gone if the step was given up, so a failed send is ignored.
        let spawned = thread::Builder::new().spawn(move || drop(tx.send(step())));
        spawned.map_err(|error| format!("cannot start a thread: {error}"))?;
        let limit = self.server.timeout * TIMEOUT_STEPS;
        rx.recv_timeout(limit).map_err(|_| format!("{} took too long", self.server.name()))
    }
}

impl MailTransport for SmtpTransport {
    fn is_ready(&mut self) -> bool {
        self.connection.as_ref().is_some_and(SmtpConnection::is_open)
    }

    fn prepare(&mut self) -> Result<(), String> {
        if self.is_ready() {
            return Ok(());
        }
        self.connection = None;
        let server = Arc::clone(&self.server);
        let connected = self.within_limit(move || server.connect())?;
        self.connection = Some(connected.map_err(|error| format!("{}: {error}", self.server.name()))?);
        Ok(())
    }

    fn send(&mut self, outgoing: &OutgoingEmail) -> SendOutcome {
        let claim = Arc::new(Claim::default());
        let job = Job {
            server: Arc::clone(&self.server),
            connection: self.connection.take(),
            outgoing: outgoing.clone(),
            claim: Arc::clone(&claim),
        };
        match self.within_limit(move || job.run()) {
            Ok(JobResult { outcome, connection, down }) => {
                (self.connection, self.down) = (connection, down);
                outcome
            }
            Err(reason) if claim.take() => SendOutcome::Deferred(reason),
            Err(reason) => SendOutcome::Unanswered(reason),
        }
    }

    fn is_down(&self) -> bool {
        self.down
    }
}

impl Drop for SmtpTransport {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.quit(self.server.timeout.min(Duration::from_secs(1)));
        }
    }
}

impl Server {
    fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn connect(&self) -> Result<SmtpConnection, SmtpError> {
        let tls = (self.security == Security::Tls).then_some(&self.tls);
        let mut connection = SmtpConnection::connect(&self.host, self.port, tls, self.timeout)?;
        if self.security == Security::StartTls {
            connection = connection.start_tls(&self.host, &self.tls)?;
        }
        if let Some(credentials) = &self.credentials {
            connection.log_in(credentials)?;
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
                    let outcome = SendOutcome::Deferred(format!("{}: {error}", self.server.name()));
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
                (outcome, connection.command("RSET").is_ok().then_some(connection))
            }
            Err(Some(SendFailure::ConnectionLost(outcome))) => (outcome, None),
        };
        JobResult { outcome, connection, down: false }
    }

    /// Submits the email. `Err(None)` means that a reused connection turned out to be closed.
    fn submit(&self, connection: &mut SmtpConnection, reused: bool) -> std::result::Result<(), Option<SendFailure>> {
        let message =
            as_mime(&self.outgoing).map_err(|error| SendFailure::Answered(SendOutcome::Refused(error.to_string())))?;
        let (envelope, bytes) = (message.envelope().clone(), message.formatted());
        let from = envelope.from().map(ToString::to_string).unwrap_or_default();
        match connection.command(&format!("MAIL FROM:<{from}>")) {
            Ok(_) => {}
            Err(error) if reused && error.is_closing() => return Err(None),
            // A refused sender is a fault of the configuration, not of the recipient, so the email is tried again.
            Err(error) if error.is_permanent() => {
                return Err(Some(SendFailure::Answered(SendOutcome::Deferred(error.to_string()))));
            }
            Err(error) => return Err(Some(send_failure(&error, SendOutcome::Deferred))),
        }
        let deferred = |error: SmtpError| send_failure(&error, SendOutcome::Deferred);
        for to in envelope.to() {
            connection.command(&format!("RCPT TO:<{to}>")).map_err(deferred)?;
        }
        let go_on = connection.command("DATA").map_err(deferred)?;
        expect(&go_on, 354).map_err(deferred)?;
        if !self.claim.take() {
            return Err(Some(SendFailure::ConnectionLost(SendOutcome::Deferred("given up".to_owned()))));
        }
        Ok(send_text(connection, &bytes)?)
    }
}

/// Sends an email's text and its final dot.
fn send_text(connection: &mut SmtpConnection, bytes: &[u8]) -> std::result::Result<(), SendFailure> {
    let unanswered = |error: SmtpError| {
        // A broken pipe is an error of writing, and the dot is the last thing written: the server cannot have it.
        let is_unsent = error.is_broken_pipe();
        send_failure(&error, if is_unsent { SendOutcome::Deferred } else { SendOutcome::Unanswered })
    };
    let mut text = dot_stuffed(bytes);
    // A failure before the dot leaves no doubt, so the dot of a long email leaves on its own. That of a short one leaves in the
    // same write: its packet would otherwise wait for the server's delayed acknowledgement of the text, which takes 40 ms.
    if text.len() > SINGLE_WRITE_MAX {
        connection.write(&text).map_err(|error| send_failure(&error, SendOutcome::Deferred))?;
        text.clear();
    }
    text.extend_from_slice(b".\r\n");
    connection.write(&text).map_err(unanswered)?;
    connection.reply().map(drop).map_err(unanswered)
}

/// The text with another dot before each line that begins with one, and a line end at its end.
fn dot_stuffed(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() + 64);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            text.push(b'.');
        }
        text.extend_from_slice(line);
    }
    if !text.ends_with(b"\r\n") {
        text.extend_from_slice(b"\r\n");
    }
    text
}

/// Classifies an error: a reply of the server is permanent or transient as its code says; for anything else, `lost` decides.
fn send_failure(error: &SmtpError, lost: fn(String) -> SendOutcome) -> SendFailure {
    let reason = error.to_string();
    if error.is_permanent() {
        SendFailure::Answered(SendOutcome::Refused(reason))
    } else if error.is_transient() {
        SendFailure::Answered(SendOutcome::Deferred(reason))
    } else {
        SendFailure::ConnectionLost(lost(reason))
    }
}
