//! The handshake with a server.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::tls::certificate::TlsPeer;
use crate::tls::failure::{TlsProblem, explain};
use crate::tls::verifier::{NoClientCertificate, RecordingVerifier};

/// What this machine trusts, for any number of connections, one after the other.
#[derive(Debug)]
pub struct TlsClient {
    config: Arc<ClientConfig>,
    verifier: Arc<RecordingVerifier>,
    client_certificate: Arc<NoClientCertificate>,
}

/// Why TLS could not be started, and what the server showed until then.
#[derive(Debug)]
pub struct TlsFailure {
    pub error: io::Error,
    pub peer: Box<TlsPeer>,
    pub wants_client_certificate: bool,
}

impl From<io::Error> for TlsFailure {
    fn from(error: io::Error) -> Self {
        Self { error, peer: Box::default(), wants_client_certificate: false }
    }
}

impl From<rustls::Error> for TlsFailure {
    fn from(error: rustls::Error) -> Self {
        io::Error::other(error).into()
    }
}

impl TlsFailure {
    /// The reason as a sentence, and its kind; `None` if the connection failed and not TLS.
    pub fn explain(&self) -> Option<(String, TlsProblem)> {
        let error = self.error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())?;
        Some(explain(error, &self.peer))
    }
}

impl TlsClient {
    /// A client that trusts what this machine trusts.
    pub fn new() -> Result<Self, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Arc::new(RecordingVerifier::new(Arc::clone(&provider))?);
        let client_certificate = Arc::new(NoClientCertificate::default());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous() // It verifies as the platform does, and only remembers the certificate.
            .with_custom_certificate_verifier(Arc::<RecordingVerifier>::clone(&verifier))
            .with_client_cert_resolver(Arc::<NoClientCertificate>::clone(&client_certificate));
        Ok(Self { config: Arc::new(config), verifier, client_certificate })
    }

    /// Starts TLS on a stream. Fails unless the certificate is valid for the host and this machine trusts its issuer.
    pub fn handshake<S: Read + Write>(
        &self,
        host: &str,
        stream: S,
    ) -> Result<StreamOwned<ClientConnection, S>, TlsFailure> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(Arc::clone(&self.config), name)?;
        let mut tls = StreamOwned::new(connection, stream);
        while tls.conn.is_handshaking() {
            if let Err(error) = tls.conn.complete_io(&mut tls.sock) {
                let seen = self.verifier.seen();
                let peer = TlsPeer::from_certificate(String::new(), seen.as_deref().unwrap_or_default());
                let wants_client_certificate = self.client_certificate.was_asked();
                return Err(TlsFailure { error, peer: Box::new(peer), wants_client_certificate });
            }
        }
        Ok(tls)
    }

    /// Whether a server asked for a certificate of the client.
    pub fn client_certificate(&self) -> Arc<NoClientCertificate> {
        Arc::clone(&self.client_certificate)
    }
}
