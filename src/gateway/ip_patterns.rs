//! The address patterns of Kannel and ksmppd: four dotted numbers, where `*` matches any number in its position.

use std::net::Ipv4Addr;

use crate::model::IpRange;

/// Matches any address.
pub(super) const ANY: &str = "*.*.*.*";

/// The longest list in bytes that opensmppbox reads. ksmppd uses the same patterns.
const MAX_LENGTH: usize = 1023;

/// The patterns of IP ranges, separated by semicolons. No range at all means any address: `*.*.*.*`.
///
/// A pattern can only match whole numbers, so a range whose prefix is not a multiple of 8 becomes several patterns.
pub(super) fn list(ranges: &[IpRange]) -> Result<String, String> {
    if ranges.is_empty() {
        return Ok(ANY.to_owned());
    }
    let mut patterns = Vec::new();
    for range in ranges {
        let Some((address, prefix)) = range.v4() else {
            return Err(format!("it allows {range}, but this gateway does not support IPv6"));
        };
        patterns.extend(patterns_of(address, prefix));
    }
    let list = patterns.join(";");
    if list.len() > MAX_LENGTH {
        return Err(format!("its allowed_ips need {} patterns, more than this gateway can read", patterns.len()));
    }
    Ok(list)
}

/// The patterns of one range: at most 128, one for each value that the prefix leaves open within a number.
fn patterns_of(address: Ipv4Addr, prefix: u8) -> impl Iterator<Item = String> {
    let fixed = usize::from(prefix.div_ceil(8));
    let open_bits = fixed * 8 - usize::from(prefix);
    let octets = address.octets();
    (0..1_u16 << open_bits).map(move |step| {
        let numbers = (0..4).map(|position| match (position + 1).cmp(&fixed) {
            std::cmp::Ordering::Less => octets[position].to_string(),
            std::cmp::Ordering::Equal => (u16::from(octets[position]) + step).to_string(),
            std::cmp::Ordering::Greater => "*".to_owned(),
        });
        numbers.collect::<Vec<_>>().join(".")
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_texts(texts: &[&str]) -> Result<String, String> {
        list(&texts.iter().map(|text| text.parse().expect("valid")).collect::<Vec<_>>())
    }

    /// Whether the gateway would accept an address because of a list.
    fn lets_in(list: &str, address: Ipv4Addr) -> bool {
        let numbers = address.octets().map(|octet| octet.to_string());
        list.split(';').any(|pattern| {
            let places: Vec<&str> = pattern.split('.').collect();
            places.len() == 4 && places.iter().zip(&numbers).all(|(place, number)| place == &"*" || place == number)
        })
    }

    #[test]
    fn a_prefix_of_whole_numbers_is_one_pattern_and_any_other_is_several() {
        assert_eq!(of_texts(&[]).expect("any"), ANY);
        assert_eq!(
            of_texts(&["192.0.2.7", "198.51.100.0/24", "10.0.0.0/8"]).expect("v4"),
            "192.0.2.7;198.51.100.*;10.*.*.*"
        );
        assert_eq!(of_texts(&["192.0.2.6/31", "10.4.0.0/15"]).expect("v4"), "192.0.2.6;192.0.2.7;10.4.*.*;10.5.*.*");
        assert_eq!(of_texts(&["0.0.0.0/0"]).expect("v4"), ANY);
        assert!(of_texts(&["2001:db8::1"]).expect_err("v6").contains("IPv6"));
        assert!(of_texts(&["192.0.2.128/25"]).expect_err("long").contains("128 patterns"));
    }

    proptest! {
        #[test]
        fn the_patterns_match_the_range_and_nothing_else(
            address: u32, prefix in 0_u8..=32, other: u32, near in 0_u32..300
        ) {
            let range: IpRange = format!("{}/{prefix}", Ipv4Addr::from(address)).parse().expect("valid");
            let (base, _) = range.v4().expect("v4");
            let list = patterns_of(base, prefix).collect::<Vec<_>>().join(";");
            for probe in [other, address, address.wrapping_add(near), u32::from(base).wrapping_sub(1)] {
                let probe = Ipv4Addr::from(probe);
                prop_assert_eq!(lets_in(&list, probe), range.contains(probe.into()), "{} in {}", probe, list);
            }
        }
    }
}
