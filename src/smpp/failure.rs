//! Why a probe got no answer: every reason in words, and as a value from which the likely causes are derived.

use std::fmt;
use std::io::{self, ErrorKind};

use crate::tls::{self, CertificateProblem, TlsPeer, TlsProblem};

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

impl From<TlsProblem> for FailureKind {
    fn from(problem: TlsProblem) -> Self {
        match problem {
            TlsProblem::Certificate(problem) => Self::Certificate(problem),
            TlsProblem::SpeaksNoTls => Self::SpeaksNoTls,
            TlsProblem::ClientCertificate => Self::ClientCertificate,
            TlsProblem::Other => Self::Other,
        }
    }
}

/// The reason of a failure as a sentence, and its kind. `peer` is the server as far as it is known.
pub(super) fn explain(error: &io::Error, peer: &TlsPeer) -> (String, FailureKind) {
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
        let (reason, problem) = tls::explain(fault, peer);
        return (reason, problem.into());
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
