//! Why TLS failed: the reason in words, and as a value from which the likely causes are derived. The library's own texts are for
//! programmers.

use rustls::{AlertDescription, CertificateError};

use crate::tls::certificate::TlsPeer;

/// The kind of a failure of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsProblem {
    Certificate(CertificateProblem),
    /// The port does not speak TLS.
    SpeaksNoTls,
    /// The server wants a certificate of the client.
    ClientCertificate,
    Other,
}

/// What is wrong with the certificate of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateProblem {
    SelfSigned,
    UnknownIssuer,
    Expired,
    NotYetValid,
    WrongName,
    Revoked,
    Other,
}

/// The reason of a failure as a sentence, and its kind.
pub fn explain(error: &rustls::Error, peer: &TlsPeer) -> (String, TlsProblem) {
    let (reason, problem) = match error {
        rustls::Error::InvalidCertificate(error) => {
            let (reason, problem) = certificate_problem(error).explain(peer);
            return (reason, TlsProblem::Certificate(problem));
        }
        rustls::Error::InvalidMessage(_) | rustls::Error::InappropriateMessage { .. } => {
            ("the server does not speak TLS on this port", TlsProblem::SpeaksNoTls)
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            ("the server wants a client certificate", TlsProblem::ClientCertificate)
        }
        rustls::Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            ("the server does not know this host name", TlsProblem::Other)
        }
        rustls::Error::AlertReceived(_) => ("the server refused the TLS connection", TlsProblem::Other),
        rustls::Error::PeerIncompatible(_) => {
            ("the server supports no version or cipher of TLS that is still safe", TlsProblem::Other)
        }
        rustls::Error::General(_) => ("this machine has no certificates of authorities", TlsProblem::Other),
        _ => ("TLS failed", TlsProblem::Other),
    };
    (reason.to_owned(), problem)
}

fn certificate_problem(error: &CertificateError) -> CertificateProblem {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateProblem::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::WrongName
        }
        // A bad signature is that of an issuer with the name of a trusted one and another key.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => CertificateProblem::UnknownIssuer,
        CertificateError::Revoked => CertificateProblem::Revoked,
        _ => CertificateProblem::Other,
    }
}

impl CertificateProblem {
    fn as_text(self) -> &'static str {
        match self {
            Self::SelfSigned => "the certificate is self-signed",
            Self::UnknownIssuer => "the certificate has an unknown issuer",
            Self::Expired => "the certificate has expired",
            Self::NotYetValid => "the certificate is not valid yet",
            Self::WrongName => "the certificate is for another host name",
            Self::Revoked => "the certificate was revoked",
            Self::Other => "the certificate cannot be verified",
        }
    }

    /// The problem in words, with what the certificate itself says of it.
    fn explain(self, peer: &TlsPeer) -> (String, Self) {
        let problem = if self == Self::UnknownIssuer && peer.is_self_signed { Self::SelfSigned } else { self };
        let more = match problem {
            Self::UnknownIssuer => peer.issuer.as_ref().map(|issuer| format!(": {issuer}")),
            Self::Expired => peer.valid_until.map(|until| format!(": it was valid until {}", until.for_reading())),
            Self::NotYetValid => peer.valid_from.map(|from| format!(": it is valid from {}", from.for_reading())),
            Self::WrongName | Self::SelfSigned => {
                peer.subject.as_ref().map(|subject| format!(": its subject is {subject}"))
            }
            _ => None,
        };
        (format!("{}{}", problem.as_text(), more.unwrap_or_default()), problem)
    }
}
