//! A connection to an SMTP server (RFC 5321): replies of bounded size, STARTTLS, and the logins PLAIN and LOGIN.
//!
//! lettre has such a connection too, but it reads a reply line of any length into memory, so that a faulty server could end the
//! process, and it does not show whether the server has closed a connection that is idle.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::{ClientConnection, StreamOwned};
use zeroize::Zeroizing;

use crate::mail::transport::route::SmtpCredentials;
use crate::tls::{TlsClient, TlsFailure};

/// The longest reply line that is read. RFC 5321 allows 512 bytes; some servers send more.
const MAX_LINE: u64 = 4096;
/// The largest number of lines of one reply. Servers list a few dozen extensions.
const MAX_LINES: usize = 100;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SmtpError {
    /// The server answered with an error. The code says whether it is for good.
    #[error("{code} {text}")]
    Reply { code: u16, text: String },
    /// The server did not answer as an SMTP server does.
    #[error("{0}")]
    Protocol(&'static str),
    /// TLS could not be started, for a reason other than the connection.
    #[error("{0}")]
    Tls(String),
    /// The connection failed.
    #[error("{}", io_text(.0))]
    Io(#[from] io::Error),
}

impl From<TlsFailure> for SmtpError {
    fn from(failure: TlsFailure) -> Self {
        match failure.explain() {
            Some((reason, _)) => Self::Tls(reason),
            None => Self::Io(failure.error),
        }
    }
}

impl SmtpError {
    /// Whether the server refuses for good.
    pub(super) fn is_permanent(&self) -> bool {
        matches!(self, Self::Reply { code: 500..=599, .. })
    }

    /// Whether the server refuses for now.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, Self::Reply { code: 400..=499, .. })
    }

    /// Whether the server closed the connection or is about to.
    pub(super) fn is_closing(&self) -> bool {
        match self {
            Self::Reply { code, .. } => *code == 421,
            Self::Io(error) => !is_timeout(error),
            Self::Protocol(_) | Self::Tls(_) => true,
        }
    }

    /// Whether the text could not be written, so that the server cannot have all of it.
    pub(super) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// The system reports a timeout as "Resource temporarily unavailable", which explains nothing.
fn io_text(error: &io::Error) -> String {
    if is_timeout(error) { "no answer in time".to_owned() } else { error.to_string() }
}

/// A reply of success.
#[derive(Debug)]
pub(super) struct Reply {
    code: u16,
    lines: Vec<String>,
}

/// A plain or encrypted connection.
enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(tls) => &tls.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}

pub(super) struct SmtpConnection {
    stream: BufReader<Stream>,
    /// What the server offers, each with its parameters, in upper case.
    extensions: Vec<String>,
}

impl SmtpConnection {
    /// Connects to the first address of the host that accepts, with TLS from the first byte if there is a configuration for it,
    /// and waits for the greeting. `timeout` limits each later step, too.
    pub(super) fn connect(
        host: &str,
        port: u16,
        tls: Option<&TlsClient>,
        timeout: Duration,
    ) -> Result<Self, SmtpError> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the host name has no address");
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, timeout) {
                Ok(stream) => {
                    stream.set_read_timeout(Some(timeout))?;
                    stream.set_write_timeout(Some(timeout))?;
                    let stream = BufReader::new(Stream::Plain(stream));
                    let mut connection = Self { stream, extensions: Vec::new() };
                    if let Some(tls) = tls {
                        connection = connection.encrypt(host, tls)?;
                    }
                    connection.reply()?;
                    connection.greet()?;
                    return Ok(connection);
                }
                Err(error) => last = error,
            }
        }
        Err(last.into())
    }

    /// Encrypts the connection. What was read before is dropped: it was not authenticated.
    fn encrypt(self, host: &str, tls: &TlsClient) -> Result<Self, SmtpError> {
        let Stream::Plain(stream) = self.stream.into_inner() else {
            return Err(SmtpError::Protocol("the connection uses TLS already"));
        };
        let tls = tls.handshake(host, stream)?;
        Ok(Self { stream: BufReader::new(Stream::Tls(Box::new(tls))), extensions: Vec::new() })
    }

    /// Says who we are, and notes what the server offers.
    fn greet(&mut self) -> Result<(), SmtpError> {
        let reply = self.command(&format!("EHLO {}", own_name()))?;
        self.extensions = reply.lines.iter().skip(1).map(|line| line.to_ascii_uppercase()).collect();
        Ok(())
    }

    /// Changes to TLS.
    pub(super) fn start_tls(mut self, host: &str, tls: &TlsClient) -> Result<Self, SmtpError> {
        if !self.extensions.iter().any(|extension| extension.trim_end() == "STARTTLS") {
            return Err(SmtpError::Protocol("STARTTLS is not supported by this server"));
        }
        self.command("STARTTLS")?;
        let mut connection = self.encrypt(host, tls)?;
        connection.greet()?;
        Ok(connection)
    }

    /// Logs in.
    pub(super) fn log_in(&mut self, credentials: &SmtpCredentials) -> Result<(), SmtpError> {
        let SmtpCredentials { login, password } = credentials;
        let offers = |mechanism: &str| {
            let mut words = self.extensions.iter().filter_map(|line| line.strip_prefix("AUTH"));
            words.any(|words| words.split([' ', '=']).any(|word| word == mechanism))
        };
        let encode = |text: &str| Zeroizing::new(BASE64_STANDARD.encode(text));
        let reply = if offers("PLAIN") {
            let secret = encode(&Zeroizing::new(format!("\0{login}\0{}", password.as_str())));
            self.command(&Zeroizing::new(format!("AUTH PLAIN {}", secret.as_str())))?
        } else if offers("LOGIN") {
            let reply = self.command("AUTH LOGIN")?;
            expect(&reply, 334)?;
            let reply = self.command(&encode(login))?;
            expect(&reply, 334)?;
            self.command(&encode(password))?
        } else {
            return Err(SmtpError::Protocol("the server offers neither of the logins PLAIN and LOGIN"));
        };
        expect(&reply, 235)
    }

    /// Sends a command and reads the reply.
    pub(super) fn command(&mut self, line: &str) -> Result<Reply, SmtpError> {
        // A value that breaks the line would be a second command.
        if line.contains(['\r', '\n']) {
            return Err(SmtpError::Protocol("a command must be one line"));
        }
        self.write(Zeroizing::new(format!("{line}\r\n")).as_bytes())?;
        self.reply()
    }

    /// Writes bytes of an email.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), SmtpError> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes)?;
        Ok(stream.flush()?)
    }

    /// Reads a reply. One that is too long ends the connection's usefulness, so the caller closes it.
    pub(super) fn reply(&mut self) -> Result<Reply, SmtpError> {
        let (mut lines, mut first_code) = (Vec::new(), None);
        loop {
            let mut bytes = Vec::new();
            (&mut self.stream).take(MAX_LINE).read_until(b'\n', &mut bytes)?;
            let Some(line) = bytes.strip_suffix(b"\n") else {
                let is_cut = u64::try_from(bytes.len()).is_ok_and(|length| length < MAX_LINE);
                return Err(SmtpError::Protocol(if is_cut {
                    "the server closed the connection"
                } else {
                    "the server's reply has a line that is too long"
                }));
            };
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
            let (code, rest) = line.split_at_checked(3).unwrap_or_default();
            let Some(code) = code.parse::<u16>().ok().filter(|code| (200..600).contains(code)) else {
                return Err(SmtpError::Protocol("the server's reply is not SMTP"));
            };
            if *first_code.get_or_insert(code) != code {
                return Err(SmtpError::Protocol("the lines of the server's reply have different codes"));
            }
            let is_last = !rest.starts_with('-');
            lines.push(rest.get(1..).unwrap_or_default().to_owned());
            if is_last {
                return if code < 400 { Ok(Reply { code, lines }) } else { Err(refusal(code, &lines)) };
            }
            if lines.len() >= MAX_LINES {
                return Err(SmtpError::Protocol("the server's reply has too many lines"));
            }
        }
    }

    /// Whether the connection can be used again: nothing was sent by the server, not even the end of the connection.
    pub(super) fn is_open(&self) -> bool {
        let stream = self.stream.get_ref().tcp();
        let is_silent = || {
            stream.set_nonblocking(true)?;
            let peeked = stream.peek(&mut [0]);
            stream.set_nonblocking(false)?;
            Ok::<_, io::Error>(peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock))
        };
        self.stream.buffer().is_empty() && is_silent().unwrap_or(false)
    }

    /// Ends the session. Every email has its outcome already, so the answer does not matter and its time is short.
    pub(super) fn quit(mut self, timeout: Duration) {
        let _ = self.stream.get_ref().tcp().set_read_timeout(Some(timeout));
        let _ = self.stream.get_ref().tcp().set_write_timeout(Some(timeout));
        let _ = self.command("QUIT");
    }
}

/// The error for a reply of failure. The lines are joined, so that all reasons are seen.
fn refusal(code: u16, lines: &[String]) -> SmtpError {
    SmtpError::Reply { code, text: lines.join(" ") }
}

/// Checks that a reply has this code: another one of success would mean that the server understood something else.
pub(super) fn expect(reply: &Reply, code: u16) -> Result<(), SmtpError> {
    if reply.code == code { Ok(()) } else { Err(SmtpError::Protocol("the server's answer has an unexpected code")) }
}

/// The name of this machine for EHLO, or an address where it has none that SMTP allows.
fn own_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let is_allowed =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    if is_allowed(&name) { name } else { "[127.0.0.1]".to_owned() }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// What a client makes of a server that begins with these bytes, and how many of them it took.
    fn greeted_by(bytes: &'static [u8], times: usize) -> (String, usize) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            (0..times).take_while(|_| stream.write_all(bytes).is_ok()).count()
        });
        let error = SmtpConnection::connect("127.0.0.1", port, None, Duration::from_secs(5)).err().expect("refused");
        (error.to_string(), server.join().expect("the server ends"))
    }

    #[test]
    fn a_reply_without_end_is_given_up_early() {
        let (error, written) = greeted_by(&[b'2'; 8_192], 80_000);
        assert!(error.contains("a line that is too long"), "{error}");
        assert!(written < 8_000, "{written}");
        let (error, written) = greeted_by(b"220-more\r\n", 10_000_000);
        assert!(error.contains("too many lines"), "{error}");
        assert!(written < 5_000_000, "{written}");
    }

    #[test]
    fn what_is_not_smtp_is_refused() {
        for (bytes, word) in [
            (b"HTTP/1.1 400 Bad Request\r\n".as_slice(), "not SMTP"),
            (b"\xff\xfe\r\n", "not SMTP"),
            (b"220-one\r\n221 two\r\n", "different codes"),
            (b"220", "closed the connection"),
            (b"554 go away\r\n", "554 go away"),
        ] {
            assert!(greeted_by(bytes, 1).0.contains(word), "{word}");
        }
    }
}
