//! Sending over SMTP, step by step, so that it is known at each failure whether the letter may have been taken.

use std::iter;
use std::net::ToSocketAddrs;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials as Login, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;

use crate::error::{Error, Result};
use crate::mail::as_mime;
use crate::mail::transport::{Carrier, Credentials, Security};
use crate::model::{Letter, Outcome};

/// Sends letters to one server, over one connection as long as it lives.
pub(super) struct SmtpCarrier {
    server: (String, u16),
    security: Security,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    timeout: Duration,
    connection: Option<SmtpConnection>,
    down: bool,
}

/// A letter refused, and whether by the server's own word, after which the connection can go on.
enum Fault {
    Answered(Outcome),
    Broken(Outcome),
}

impl SmtpCarrier {
    pub(super) fn new(
        host: &str,
        port: u16,
        security: Security,
        credentials: Option<Credentials>,
        timeout: Duration,
    ) -> Result<Self> {
        let tls =
            TlsParameters::new(host.to_owned()).map_err(|error| Error::Letter(format!("TLS: {}", told(&error))))?;
        let server = (host.to_owned(), port);
        Ok(Self { server, security, tls, credentials, timeout, connection: None, down: false })
    }

    fn connect(&self) -> std::result::Result<SmtpConnection, SmtpError> {
        let hello = ClientId::default();
        let tls = (self.security == Security::Tls).then_some(&self.tls);
        let server = resolved(&self.server);
        let mut connection = SmtpConnection::connect(server.as_slice(), Some(self.timeout), &hello, tls, None)?;
        if self.security == Security::StartTls {
            connection.starttls(&self.tls, &hello)?;
        }
        if let Some(Credentials { login, password }) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, &Login::new(login.clone(), password.to_string()))?;
        }
        Ok(connection)
    }

    /// Sends a letter over a connection, and keeps the connection if it is still good.
    fn carry_over(&mut self, mut connection: SmtpConnection, letter: &Letter) -> Outcome {
        match Self::hand_over(&mut connection, letter) {
            Ok(()) => {
                self.connection = Some(connection);
                Outcome::Sent
            }
            Err(Fault::Answered(outcome)) => {
                if connection.command(Rset).is_ok() {
                    self.connection = Some(connection);
                }
                outcome
            }
            Err(Fault::Broken(outcome)) => outcome,
        }
    }

    /// Hands a letter over.
    fn hand_over(connection: &mut SmtpConnection, letter: &Letter) -> std::result::Result<(), Fault> {
        let message = as_mime(letter).map_err(|error| Fault::Answered(Outcome::Refused(error.to_string())))?;
        let (envelope, bytes) = (message.envelope().clone(), message.formatted());
        let before_the_dot = |error: SmtpError| fault(&error, Outcome::Deferred);
        connection.command(Mail::new(envelope.from().cloned(), Vec::new())).map_err(before_the_dot)?;
        for to in envelope.to() {
            connection.command(Rcpt::new(to.clone(), Vec::new())).map_err(before_the_dot)?;
        }
        connection.command(Data).map_err(before_the_dot)?;
        // The iterator is asked for more only when all of the letter has been written: what fails after that leaves the
        // letter's fate unknown, for its final dot may have arrived.
        let mut all_written = false;
        let parts = iter::once(bytes).chain(iter::from_fn(|| {
            all_written = true;
            None
        }));
        let answer = connection.message_iter(parts);
        answer
            .map(drop)
            .map_err(|error| fault(&error, if all_written { Outcome::Unanswered } else { Outcome::Deferred }))
    }
}

/// What an error means for the letter: the server's own word is final or not as it says; anything else is `broken`.
fn fault(error: &SmtpError, broken: fn(String) -> Outcome) -> Fault {
    let told = told(error);
    if error.is_permanent() {
        Fault::Answered(Outcome::Refused(told))
    } else if error.is_transient() {
        Fault::Answered(Outcome::Deferred(told))
    } else {
        Fault::Broken(broken(told))
    }
}

impl Carrier for SmtpCarrier {
    fn carry(&mut self, letter: &Letter) -> Outcome {
        // A connection that was kept may have been closed meanwhile; then a new one is worth a try.
        if let Some(mut kept) = self.connection.take()
            && kept.test_connected()
        {
            return self.carry_over(kept, letter);
        }
        match self.connect() {
            Ok(connection) => self.carry_over(connection, letter),
            Err(error) => {
                // Whatever a server says before it is offered a letter is about the server, not about the letter.
                self.down = true;
                Outcome::Deferred(format!("{}:{}: {}", self.server.0, self.server.1, told(&error)))
            }
        }
    }

    fn is_down(&self) -> bool {
        self.down
    }
}

impl Drop for SmtpCarrier {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // Every letter has its answer; a farewell that fails changes nothing.
            let _ = connection.quit();
        }
    }
}

fn resolved((host, port): &(String, u16)) -> Vec<std::net::SocketAddr> {
    (host.as_str(), *port).to_socket_addrs().map(Iterator::collect).unwrap_or_default()
}

/// The error with its causes, each once: the library's own texts repeat the innermost.
fn told(error: &SmtpError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
