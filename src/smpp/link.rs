//! A connection whose every step ends at a deadline, whatever the other side does.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::smpp::Peer;

/// A connection, plain or through TLS.
pub(super) enum Link {
    Plain(Timed),
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
}

/// A stream that waits no longer than until a deadline, however slowly it drips.
pub(super) struct Timed {
    stream: TcpStream,
    deadline: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(too_late()) } else { Ok(left) }
    }
}

/// A read or write that ends with its time says so in the words of the operating system.
fn in_words(error: io::Error) -> io::Error {
    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) { too_late() } else { error }
}

fn too_late() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "no answer in time")
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer).map_err(in_words)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes).map_err(in_words)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Link {
    /// Connects to the first address of a host that answers.
    pub(super) fn connect(host: &str, port: u16, timeout: Duration) -> io::Result<(Self, SocketAddr)> {
        let deadline = Instant::now() + timeout;
        let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address");
        for address in addresses(host, port, timeout)? {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(too_late());
            }
            match TcpStream::connect_timeout(&address, left) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok((Self::Plain(Timed { stream, deadline }), address));
                }
                Err(error) => last = in_words(error),
            }
        }
        Err(last)
    }

    /// The address of this end.
    pub(super) fn local(&mut self) -> io::Result<SocketAddr> {
        self.timed().stream.local_addr()
    }

    /// Goes on through TLS, if the certificate is one for the host that this machine trusts.
    pub(super) fn secure(self, host: &str, timeout: Duration) -> io::Result<(Self, Peer)> {
        let Self::Plain(mut timed) = self else {
            return Err(io::Error::new(ErrorKind::InvalidInput, "the connection is secure already"));
        };
        timed.deadline = Instant::now() + timeout;
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(io::Error::other)?
            .with_no_client_auth();
        let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        let mut tls = StreamOwned::new(connection, timed);
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(&mut tls.sock)?;
        }
        let protocol = tls.conn.protocol_version().and_then(|version| version.as_str()).unwrap_or_default();
        let certificate = tls.conn.peer_certificates().and_then(<[_]>::first);
        let peer = Peer::of(protocol.replace('_', "."), certificate.map_or(&[], |certificate| certificate.as_ref()));
        Ok((Self::Tls(Box::new(tls)), peer))
    }

    /// Begins a step: what is read and written from now on has this time.
    pub(super) fn begin(&mut self, timeout: Duration) {
        self.timed().deadline = Instant::now() + timeout;
    }

    fn timed(&mut self) -> &mut Timed {
        match self {
            Self::Plain(timed) => timed,
            Self::Tls(tls) => &mut tls.sock,
        }
    }

    fn stream(&mut self) -> &mut dyn Stream {
        match self {
            Self::Plain(timed) => timed,
            Self::Tls(tls) => tls,
        }
    }
}

trait Stream: Read + Write {}

impl<S: Read + Write> Stream for S {}

impl Read for Link {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream().read(buffer)
    }
}

impl Write for Link {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream().flush()
    }
}

/// The addresses of a host. Whoever resolves names has no time limit, so a thread asks and is not waited for.
fn addresses(host: &str, port: u16, timeout: Duration) -> io::Result<Vec<SocketAddr>> {
    let host = host.to_owned();
    let (door, bell) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect);
        drop(door.send(found));
    })?;
    bell.recv_timeout(timeout).map_err(|_| io::Error::new(ErrorKind::TimedOut, "its name was not resolved in time"))?
}
