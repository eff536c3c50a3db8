//! Why a probe got no answer: every reason in words, and as a value from which the likely causes are derived.

use std::fmt;
use std::io::{self, ErrorKind};

use rustls::{AlertDescription, CertificateError};

use crate::smpp::TlsPeer;

/// The kind of a failure that is not an SMPP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The gateway closed the connection.
    Disconnected,
    /// The gateway sent nothing within the timeout.
    Silent,
    /// The port speaks TLS and got SMPP.
    SpeaksTls,
    /// The port does not speak TLS.
    SpeaksNoTls,
    /// The gateway wants a certificate of the client.
    ClientCertificate,
    Certificate(CertificateProblem),
    /// The bytes are not SMPP.
    NotSmpp,
    /// The gateway answered, but not what was asked.
    WrongAnswer,
    /// Anything else, such as a refused connection.
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

/// Bytes that break the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ProtocolFault {
    /// They begin with a TLS record.
    TlsRecord,
    NotSmpp,
    EndlessRequests,
    WrongSequence {
        expected: u32,
        found: u32,
    },
    WrongResponse {
        expected: String,
        found: String,
    },
}

impl fmt::Display for ProtocolFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TlsRecord => f.write_str("the server speaks TLS on this port"),
            Self::NotSmpp => f.write_str("the server did not send valid SMPP"),
            Self::EndlessRequests => f.write_str("the gateway keeps sending but does not answer"),
            Self::WrongSequence { expected, found } => {
                write!(f, "the gateway answered with the sequence number {found} instead of {expected}")
            }
            Self::WrongResponse { expected, found } => {
                write!(f, "the gateway answered with {found} instead of {expected}")
            }
        }
    }
}

impl std::error::Error for ProtocolFault {}

impl From<ProtocolFault> for io::Error {
    fn from(fault: ProtocolFault) -> Self {
        Self::new(ErrorKind::InvalidData, fault)
    }
}

/// The reason of a failure as a sentence, and its kind.
pub(super) fn explain(error: &io::Error) -> (String, FailureKind) {
    let inner = error.get_ref();
    if let Some(fault) = inner.and_then(|inner| inner.downcast_ref::<ProtocolFault>()) {
        let kind = match fault {
            ProtocolFault::TlsRecord => FailureKind::SpeaksTls,
            ProtocolFault::NotSmpp => FailureKind::NotSmpp,
            _ => FailureKind::WrongAnswer,
        };
        return (fault.to_string(), kind);
    }
    if let Some(fault) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        let (reason, kind) = explain_tls(fault);
        return (reason.to_owned(), kind);
    }
    match error.kind() {
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => ("the gateway closed the connection".to_owned(), FailureKind::Disconnected),
        ErrorKind::TimedOut => (without_error_number(error), FailureKind::Silent),
        _ => (without_error_number(error), FailureKind::Other),
    }
}

/// The text of an error without the number that the standard library adds, such as "(os error 111)".
fn without_error_number(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// The library's own texts are for programmers.
fn explain_tls(error: &rustls::Error) -> (&'static str, FailureKind) {
    match error {
        rustls::Error::InvalidCertificate(problem) => {
            let problem = certificate_problem(problem);
            (problem.as_text(), FailureKind::Certificate(problem))
        }
        rustls::Error::InvalidMessage(_) | rustls::Error::InappropriateMessage { .. } => {
            ("the server does not speak TLS on this port", FailureKind::SpeaksNoTls)
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            ("the server wants a client certificate", FailureKind::ClientCertificate)
        }
        rustls::Error::AlertReceived(AlertDescription::UnrecognisedName) => {
            ("the server does not know this host name", FailureKind::Other)
        }
        rustls::Error::AlertReceived(_) => ("the server refused the TLS connection", FailureKind::Other),
        rustls::Error::PeerIncompatible(_) => {
            ("the server supports no version or cipher of TLS that is still safe", FailureKind::Other)
        }
        rustls::Error::General(_) => ("this machine has no certificates of authorities", FailureKind::Other),
        _ => ("TLS failed", FailureKind::Other),
    }
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
}

/// Says more about a certificate that was refused, from the certificate itself.
pub(super) fn with_certificate((reason, kind): (String, FailureKind), peer: &TlsPeer) -> (String, FailureKind) {
    use CertificateProblem::{Expired, NotYetValid, SelfSigned, UnknownIssuer, WrongName};
    let FailureKind::Certificate(problem) = kind else { return (reason, kind) };
    let problem = if problem == UnknownIssuer && peer.is_self_signed { SelfSigned } else { problem };
    let more = match problem {
        UnknownIssuer => peer.issuer.as_ref().map(|issuer| format!(": {issuer}")),
        Expired => peer.valid_until.map(|until| format!(": it was valid until {}", until.for_reading())),
        NotYetValid => peer.valid_from.map(|from| format!(": it is valid from {}", from.for_reading())),
        WrongName | SelfSigned => peer.subject.as_ref().map(|subject| format!(": its subject is {subject}")),
        _ => None,
    };
    (format!("{}{}", problem.as_text(), more.unwrap_or_default()), FailureKind::Certificate(problem))
}
