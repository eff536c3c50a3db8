//! A TCP or TLS connection with a deadline for every step, so that a slow or silent server cannot block the probe.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ClientConnection, StreamOwned};

use crate::tls::{NoClientCertificate, TlsClient, TlsFailure, TlsPeer};

/// A connection to a gateway.
pub(super) enum Connection {
    Plain(DeadlineStream),
    Tls(Box<StreamOwned<ClientConnection, DeadlineStream>>, Arc<NoClientCertificate>),
}

/// A TCP stream whose reads and writes fail after a deadline, even if the server sends one byte at a time.
pub(super) struct DeadlineStream {
    stream: TcpStream,
    deadline: Instant,
}

impl DeadlineStream {
    fn time_left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(timed_out()) } else { Ok(left) }
    }
}

/// Replaces the operating system's error for a timeout, such as "Resource temporarily unavailable".
fn explain_timeout(error: io::Error) -> io::Error {
    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) { timed_out() } else { error }
}

fn timed_out() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "no answer within the timeout")
}

impl Read for DeadlineStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.time_left()?))?;
        self.stream.read(buffer).map_err(explain_timeout)
    }
}

impl Write for DeadlineStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.time_left()?))?;
        self.stream.write(bytes).map_err(explain_timeout)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Connection {
    /// Connects to the first address of the host that accepts the connection.
    pub(super) fn connect(host: &str, port: u16, timeout: Duration) -> io::Result<(Self, SocketAddr)> {
        let deadline = Instant::now() + timeout;
        let mut last = io::Error::new(ErrorKind::NotFound, "the host name has no address");
        for address in addresses(host, port, timeout)? {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(timed_out());
            }
            match TcpStream::connect_timeout(&address, left) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok((Self::Plain(DeadlineStream { stream, deadline }), address));
                }
                Err(error) => last = explain_timeout(error),
            }
        }
        Err(last)
    }

    /// The local address of the connection.
    pub(super) fn local(&mut self) -> io::Result<SocketAddr> {
        self.deadline_stream().stream.local_addr()
    }

    /// Starts TLS. Fails unless the certificate is valid for the host and this machine trusts its issuer.
    pub(super) fn secure(self, host: &str, timeout: Duration) -> Result<(Self, TlsPeer), TlsFailure> {
        let Self::Plain(mut stream) = self else {
            return Err(io::Error::new(ErrorKind::InvalidInput, "the connection already uses TLS").into());
        };
        stream.deadline = Instant::now() + timeout;
        let client = TlsClient::new()?;
        let tls = client.handshake(host, stream)?;
        let protocol = tls.conn.protocol_version().and_then(|version| version.as_str()).unwrap_or_default();
        let certificate = tls.conn.peer_certificates().and_then(<[_]>::first);
        let peer = TlsPeer::from_certificate(
            protocol.replace('_', "."),
            certificate.map_or(&[], |certificate| certificate.as_ref()),
        );
        Ok((Self::Tls(Box::new(tls), client.client_certificate()), peer))
    }

    /// Whether the server asked for a certificate of the client, which the probe does not have. From TLS 1.3 on the server says
    /// so only after the handshake.
    pub(super) fn wants_client_certificate(&self) -> bool {
        matches!(self, Self::Tls(_, client_certificate) if client_certificate.was_asked())
    }

    /// Sets the deadline of the next step: all reads and writes until the next call share the timeout.
    pub(super) fn start_step(&mut self, timeout: Duration) {
        self.deadline_stream().deadline = Instant::now() + timeout;
    }

    fn deadline_stream(&mut self) -> &mut DeadlineStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(tls, _) => &mut tls.sock,
        }
    }

    fn stream(&mut self) -> &mut dyn Stream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(tls, _) => tls,
        }
    }
}

trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

impl Read for Connection {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream().read(buffer)
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream().flush()
    }
}

/// Resolves a host name. The system's resolver has no timeout, so it runs in a thread that is abandoned when it takes
/// too long.
fn addresses(host: &str, port: u16, timeout: Duration) -> io::Result<Vec<SocketAddr>> {
    let host = host.to_owned();
    let (tx, rx) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        let resolved = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        drop(tx.send(resolved));
    })?;
    rx.recv_timeout(timeout)
        .map_err(|_| io::Error::new(ErrorKind::TimedOut, "the host name was not resolved within the timeout"))?
}
