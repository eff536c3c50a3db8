//! Reads the fields of a TLS certificate that an operator wants to see: subject, issuer and validity.
//!
//! The TLS library verifies the certificate; nothing here decides whether to trust it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::model::Time;

/// The server at the other end of a TLS connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsPeer {
    /// The TLS version, such as `TLSv1.3`.
    pub protocol: String,
    /// The common name of the certificate's subject, or its organisation if there is no common name.
    pub subject: Option<String>,
    /// The common name of the issuer, or its organisation if there is no common name.
    pub issuer: Option<String>,
    pub valid_from: Option<Time>,
    pub valid_until: Option<Time>,
    /// Whether subject and issuer are the same.
    pub is_self_signed: bool,
}

const SEQUENCE: u8 = 0x30;
const OBJECT: u8 = 0x06;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];

impl TlsPeer {
    /// Reads a certificate in DER (RFC 5280 section 4.1). Fields that cannot be read stay empty.
    pub fn from_certificate(protocol: String, der: &[u8]) -> Self {
        let peer = Self { protocol, ..Self::default() };
        let fields = element(der).and_then(|(_, certificate, _)| element(certificate)).map(|(_, fields, _)| fields);
        let Some(mut rest) = fields else { return peer };
        let mut parts = Vec::new();
        while let Some((tag, content, after)) = element(rest) {
            if tag != VERSION {
                parts.push(content);
            }
            rest = after;
        }
        // Serial number, signature algorithm, issuer, validity, subject.
        let [_, _, issuer, validity, subject, ..] = parts.as_slice() else { return peer };
        let begin = element(validity);
        let end = begin.and_then(|(_, _, after)| element(after));
        let time = |(tag, content, _): Element<'_>| time(tag, content);
        Self {
            subject: name(subject),
            issuer: name(issuer),
            valid_from: begin.and_then(time),
            valid_until: end.and_then(time),
            is_self_signed: subject == issuer,
            ..peer
        }
    }
}

/// A tag, its content, and the bytes after the element.
type Element<'a> = (u8, &'a [u8], &'a [u8]);

/// Splits off the first element of DER bytes.
fn element(der: &[u8]) -> Option<Element<'_>> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if digits.len() > 4 {
            return None;
        }
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((tag, content, after))
}

/// The common name of a distinguished name, or its organisation if there is no common name.
fn name(mut sets: &[u8]) -> Option<String> {
    let mut organisation = None;
    while let Some((_, set, after)) = element(sets) {
        sets = after;
        let Some((SEQUENCE, pair, _)) = element(set) else { continue };
        let Some((OBJECT, kind, value)) = element(pair) else { continue };
        let text = element(value).map(|(_, text, _)| String::from_utf8_lossy(text).into_owned());
        match kind {
            COMMON_NAME => return text,
            ORGANISATION => organisation = text,
            _ => {}
        }
    }
    organisation
}

/// Parses a `UTCTime` `YYMMDDhhmmssZ`, whose years range from 1950 to 2049, or a `GeneralizedTime` with a year of four
/// digits.
fn time(tag: u8, content: &[u8]) -> Option<Time> {
    let text = std::str::from_utf8(content).ok()?;
    let century = if tag != UTC_TIME {
        ""
    } else if text.get(..2)? < "50" {
        "20"
    } else {
        "19"
    };
    let moment = DateTime::strptime("%Y%m%d%H%M%SZ", format!("{century}{text}")).ok()?;
    TimeZone::UTC.to_timestamp(moment).ok().map(Time::from_timestamp)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_certificate_has_subject_issuer_and_validity() {
        for (year, until) in [(2030, "2030-02-03T00:00:00Z"), (2055, "2055-02-03T00:00:00Z")] {
            let mut params = CertificateParams::new(vec!["smpp.example".to_owned()]).expect("names");
            params.distinguished_name.push(DnType::OrganizationName, "Example Ltd");
            params.distinguished_name.push(DnType::CommonName, "smpp.example");
            params.not_before = date_time_ymd(2026, 1, 1);
            params.not_after = date_time_ymd(year, 2, 3);
            let key = KeyPair::generate().expect("a key");
            let certificate = params.self_signed(&key).expect("a certificate");
            let peer = TlsPeer::from_certificate("TLSv1.3".to_owned(), certificate.der());
            assert_eq!(peer.subject.as_deref(), Some("smpp.example"));
            assert_eq!(peer.issuer, peer.subject);
            assert_eq!(peer.valid_from, "2026-01-01T00:00:00Z".parse().ok());
            assert_eq!(peer.valid_until, until.parse().ok());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read_without_panic(bytes: Vec<u8>) {
            let _ = TlsPeer::from_certificate(String::new(), &bytes);
        }
    }
}
