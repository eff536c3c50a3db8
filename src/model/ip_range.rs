//! The IP ranges from which an SMPP account may bind.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use ipnet::IpNet;

use crate::model::text::{Invalid, serde_by_text};

/// An IPv4 or IPv6 address, or a range in CIDR notation. Host bits are cleared: `10.0.0.5/24` becomes `10.0.0.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IpRange(IpNet);
serde_by_text!(IpRange);

impl IpRange {
    /// Parses an address or a range; the flag says whether host bits were cleared, so that the caller can warn.
    pub fn read(text: &str) -> Result<(Self, bool), Invalid> {
        let text = text.trim();
        let parsed = text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse::<IpNet>()).map_err(|_| {
            Invalid::rule("must be an IP address or range, such as 192.0.2.7, 198.51.100.0/24 or 2001:db8::/48")
        })?;
        Ok((Self(parsed.trunc()), parsed != parsed.trunc()))
    }

    /// The address and prefix length of an IPv4 range.
    pub fn v4(&self) -> Option<(Ipv4Addr, u8)> {
        match self.0 {
            IpNet::V4(network) => Some((network.addr(), network.prefix_len())),
            IpNet::V6(_) => None,
        }
    }

    /// The range in CIDR notation, a single address with its prefix length too.
    pub fn cidr(&self) -> String {
        self.0.to_string()
    }

    /// Whether the range contains an address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for IpRange {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::read(text).map(|(range, _)| range)
    }
}

/// A single address is printed without its prefix length.
impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            write!(f, "{}", self.0.addr())
        } else {
            write!(f, "{}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_have_one_form() {
        let forms = [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("10.0.0.5/24", "10.0.0.0/24"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("2001:db8::1/48", "2001:db8::/48"),
        ];
        for (text, canonical) in forms {
            assert_eq!(text.parse::<IpRange>().expect(text).to_string(), canonical);
        }
        assert_eq!(IpRange::read("10.0.0.5/24").map(|(_, cut)| cut), Ok(true));
        assert_eq!(IpRange::read("10.0.0.0/24").map(|(_, cut)| cut), Ok(false));
        for text in ["", "192.0.2", "192.0.2.7/33", "example.com", "*.*.*.*", "192.0.2.007"] {
            assert!(text.parse::<IpRange>().is_err(), "{text}");
        }
    }
}
