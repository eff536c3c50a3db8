//! An authority that vouches for servers on loopback, and servers that vouch for themselves.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// An authority that vouches for servers, and its own certificate.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pub pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Test Authority");
        let own = params.self_signed(&key).expect("signed");
        Self { pem: own.pem(), certificate: own.der().clone(), issuer: Issuer::new(params, key) }
    }

    /// What a server of this name shows.
    pub fn vouch_for(&self, name: &str) -> Arc<ServerConfig> {
        self.vouch_with(name, |_| {})
    }

    /// The same with something changed, such as its dates.
    pub fn vouch_with(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let (certificate, key) = self.certificate_of(name, change);
        config(certificate, &key)
    }

    /// What a server of this name shows that also wants a certificate of its client.
    pub fn demanding(&self, name: &str) -> Arc<ServerConfig> {
        let (certificate, key) = self.certificate_of(name, |_| {});
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a root");
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&ring)).build();
        let versions =
            ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().expect("versions");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let demanding = versions.with_client_cert_verifier(clients.expect("a verifier"));
        Arc::new(demanding.with_single_cert(vec![certificate], key).expect("a certificate"))
    }

    fn certificate_of(
        &self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> (CertificateDer<'static>, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).expect("signed");
        (certificate.der().clone(), key)
    }
}

/// What a server shows that vouches for itself.
pub fn self_signed() -> Arc<ServerConfig> {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    config(params.self_signed(&key).expect("signed").der().clone(), &key)
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().expect("versions");
    Arc::new(versions.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a certificate"))
}
