//! Where and how customers connect to the gateway.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::Deserialize;
use url::Host as UrlHost;

use crate::model::text::{Invalid, NoteText, string_value};
use crate::model::web::Website;

/// The connection details of the operator's gateway, as sent to customers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gateway {
    /// Host names; a customer should have at least two, so that one may fail.
    pub hosts: Vec<Host>,
    /// The port for SMPP without TLS.
    pub port: Port,
    /// The port for SMPP over TLS.
    pub tls_port: Port,
    /// The URL of the REST interface, which uses the same system ID and password.
    pub rest_url: Option<Website>,
    /// Additional advice for every customer.
    pub advice: Option<NoteText>,
}

impl Gateway {
    /// The minimum number of hosts that a customer should know.
    pub const ENOUGH_HOSTS: usize = 2;
}

/// The usual ports and no hosts.
impl Default for Gateway {
    fn default() -> Self {
        Self { hosts: Vec::new(), port: Port::PLAIN, tls_port: Port::TLS, rest_url: None, advice: None }
    }
}

/// A TCP port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Port(NonZeroU16);

impl Port {
    /// The registered SMPP port.
    pub const PLAIN: Self = Self::of(2775);
    /// The usual port for SMPP over TLS.
    pub const TLS: Self = Self::of(8775);

    const fn of(number: u16) -> Self {
        match NonZeroU16::new(number) {
            Some(number) => Self(number),
            None => Self(NonZeroU16::MAX),
        }
    }

    /// A port, unless the number is zero.
    pub fn new(number: u16) -> Option<Self> {
        NonZeroU16::new(number).map(Self)
    }

    /// The port number.
    pub fn get(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A host name or IP address without a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(String);
string_value!(Host);

impl FromStr for Host {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        if let Some(address) =
            bare.map_or_else(|| text.parse::<IpAddr>().ok(), |v6| v6.parse().ok().map(Ipv6Addr::into))
        {
            return Ok(Self(address.to_string()));
        }
        let rule = || Invalid::rule("must be a host name or an IP address without a port, such as smpp1.example.com");
        match UrlHost::parse(text) {
            Ok(UrlHost::Domain(name)) if is_host_name(&name) => Ok(Self(name)),
            _ => Err(rule()),
        }
    }
}

/// Whether every label is valid in a host name (RFC 1123 section 2.1).
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_without_a_port() {
        let forms = [
            ("SMPP1.Example.com", "smpp1.example.com"),
            ("localhost", "localhost"),
            ("münchen.example", "xn--mnchen-3ya.example"),
            ("192.0.2.7", "192.0.2.7"),
            ("2001:DB8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
        ];
        for (text, canonical) in forms {
            assert_eq!(text.parse::<Host>().expect(text).as_str(), canonical);
        }
        for text in
            ["", "a b", "smpp.example.com:2775", "smpps://x", "-a.example", "a..example", "a_b.example", "1.2.3", "[x]"]
        {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_usual_ports_are_known() {
        let gateway = Gateway::default();
        assert_eq!((gateway.port.get(), gateway.tls_port.get()), (2775, 8775));
    }
}
