//! Sending over SMTP, step by step, so that it is known at each failure whether the email may have been taken.

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

/// How many times the time of one step a whole email may take: a server whose answers come in drips keeps within the time
/// of every step, and is let go all the same.
const STEPS: u32 = 4;

/// Emails up to this many bytes are sent in one piece. Of longer ones it is known whether their end was reached.
const ONE_WRITE: usize = 65_536;

/// Sends emails to one server, over one connection as long as it lives.
pub(crate) struct SmtpTransport {
    server: Arc<Server>,
    connection: Option<SmtpConnection>,
    down: bool,
}

/// Where a server is and how it is talked to.
struct Server {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    credentials: Option<SmtpCredentials>,
    /// How long each step may take.
    timeout: Duration,
}

/// An email on its way, which one thread takes and another one waits for.
struct Errand {
    server: Arc<Server>,
    connection: Option<SmtpConnection>,
    email: OutboxEmail,
    turn: Arc<Turn>,
}

/// What a thread that took an email brings back.
struct Return {
    outcome: SendOutcome,
    /// The connection, if it is still good.
    connection: Option<SmtpConnection>,
    /// Whether there is no server to be talked to.
    down: bool,
}

/// An email refused, and whether by the server's own word, after which the connection can go on.
enum Fault {
    Answered(SendOutcome),
    Broken(SendOutcome),
}

/// Who decides about an email, the first to take the turn: the thread that is about to send its text, or whoever waits and
/// gives it up before that.
#[derive(Default)]
struct Turn(AtomicBool);

impl Turn {
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
        let tls =
            TlsParameters::new(host.to_owned()).map_err(|error| Error::Email(format!("TLS: {}", told(&error))))?;
        let server = Server { host: host.to_owned(), port, security, tls, credentials, timeout };
        Ok(Self { server: Arc::new(server), connection: None, down: false })
    }
}

impl MailTransport for SmtpTransport {
    fn send(&mut self, email: &OutboxEmail) -> SendOutcome {
        let turn = Arc::new(Turn::default());
        let errand = Errand {
            server: Arc::clone(&self.server),
            connection: self.connection.take(),
            email: email.clone(),
            turn: Arc::clone(&turn),
        };
        let (door, bell) = mpsc::channel();
        // Nobody waits any more at the door of an email that was given up.
        let begun = thread::Builder::new().spawn(move || drop(door.send(errand.run())));
        if let Err(error) = begun {
            return SendOutcome::Deferred(format!("no thread for an email: {error}"));
        }
        let Ok(Return { outcome, connection, down }) = bell.recv_timeout(self.server.timeout * STEPS) else {
            let outcome = if turn.take() { SendOutcome::Deferred } else { SendOutcome::Unanswered };
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
            // Every email has its answer; a farewell that fails or takes long changes nothing.
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

impl Errand {
    fn run(mut self) -> Return {
        let (mut connection, kept) = match self.connection.take() {
            Some(kept) => (kept, true),
            None => match self.server.connect() {
                Ok(new) => (new, false),
                Err(error) => {
                    let outcome = SendOutcome::Deferred(format!("{}: {}", self.server.name(), told(&error)));
                    // Whatever a server says before it is offered an email is about the server, not about the email.
                    return Return { outcome, connection: None, down: true };
                }
            },
        };
        let (outcome, connection) = match self.hand_over(&mut connection, kept) {
            Ok(()) => (SendOutcome::Sent, Some(connection)),
            // A connection that was kept may have been closed meanwhile: nothing is sent yet, and a new one is worth a try.
            Err(None) => return self.run(),
            Err(Some(Fault::Answered(outcome))) => (outcome, connection.command(Rset).is_ok().then_some(connection)),
            Err(Some(Fault::Broken(outcome))) => (outcome, None),
        };
        Return { outcome, connection, down: false }
    }

    /// Hands the email over; no fault at all when a connection that was `kept` turns out to be closed.
    fn hand_over(&self, connection: &mut SmtpConnection, kept: bool) -> std::result::Result<(), Option<Fault>> {
        let message = as_mime(&self.email).map_err(|error| Fault::Answered(SendOutcome::Refused(error.to_string())))?;
        let (envelope, bytes) = (message.envelope().clone(), message.formatted());
        match connection.command(Mail::new(envelope.from().cloned(), Vec::new())) {
            Ok(_) => {}
            Err(error) if kept && is_goodbye(&error) => return Err(None),
            // What is said to the sender's address is not about the recipient: no email fails by it for good.
            Err(error) if error.is_permanent() => {
                return Err(Some(Fault::Answered(SendOutcome::Deferred(told(&error)))));
            }
            Err(error) => return Err(Some(fault(&error, SendOutcome::Deferred))),
        }
        let before_the_dot = |error: SmtpError| fault(&error, SendOutcome::Deferred);
        for to in envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).map_err(before_the_dot)?;
        }
        connection.command(Data).map_err(before_the_dot)?;
        if !self.turn.take() {
            return Err(Some(Fault::Broken(SendOutcome::Deferred("given up".to_owned()))));
        }
        Ok(send_text(connection, &bytes)?)
    }
}

/// Sends an email's text and its final dot.
fn send_text(connection: &mut SmtpConnection, bytes: &[u8]) -> std::result::Result<(), Fault> {
    if let Some(text) = str::from_utf8(bytes).ok().filter(|text| text.len() <= ONE_WRITE) {
        // Only writing finds a pipe broken, and the dot is written last.
        let unsent = |error: &SmtpError| io_kind(error) == Some(io::ErrorKind::BrokenPipe);
        let broken =
            |error| fault(&error, if unsent(&error) { SendOutcome::Deferred } else { SendOutcome::Unanswered });
        return connection.command(WithDot(text)).map(drop).map_err(broken);
    }
    // The iterator is asked for more only when all of the email has been written: what fails after that leaves the
    // email's fate unknown, for its final dot may have arrived.
    let mut all_written = false;
    let parts = iter::once(bytes).chain(iter::from_fn(|| {
        all_written = true;
        None
    }));
    let answer = connection.message_iter(parts);
    answer
        .map(drop)
        .map_err(|error| fault(&error, if all_written { SendOutcome::Unanswered } else { SendOutcome::Deferred }))
}

/// An email's text with its final dot. The library writes the dot by itself, and its packet would wait for the server to
/// have acknowledged the text, which servers put off for 40 ms.
struct WithDot<'a>(&'a str);

impl fmt::Display for WithDot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive('\n') {
            write!(f, "{}{line}", if line.starts_with('.') { "." } else { "" })?;
        }
        f.write_str(if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

/// Whether an error says that the server has closed the connection, or is about to.
fn is_goodbye(error: &SmtpError) -> bool {
    error.status().map_or(!error.is_timeout(), |code| u16::from(code) == 421)
}

/// What an error means for the email: the server's own word is final or not as it says; anything else is `broken`.
fn fault(error: &SmtpError, broken: fn(String) -> SendOutcome) -> Fault {
    let told = told(error);
    if error.is_permanent() {
        Fault::Answered(SendOutcome::Refused(told))
    } else if error.is_transient() {
        Fault::Answered(SendOutcome::Deferred(told))
    } else {
        Fault::Broken(broken(told))
    }
}

/// The system's word for what went wrong, if it is the system's.
fn io_kind(error: &SmtpError) -> Option<io::ErrorKind> {
    let causes = iter::successors(std::error::Error::source(error), |error| error.source());
    causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).next()
}

/// The error with its causes, each once: the library's own texts repeat the innermost.
fn told(error: &SmtpError) -> String {
    // The system's words for a time that is over are no help to anybody.
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
