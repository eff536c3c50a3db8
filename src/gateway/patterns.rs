//! The address patterns of Kannel and its kin: dotted numbers in which `*` stands for any number of one place.

use std::net::Ipv4Addr;

use crate::model::IpRange;

/// Any address.
pub(super) const ANY: &str = "*.*.*.*";

/// The longest list that opensmppbox reads; ksmppd knows the same patterns.
const LONGEST: usize = 1023;

/// The patterns of networks, separated by semicolons; `*.*.*.*` for none, which is any. A network whose mask does not end
/// between two numbers is written as the several that it is.
pub(super) fn of(networks: &[IpRange]) -> Result<String, String> {
    if networks.is_empty() {
        return Ok(ANY.to_owned());
    }
    let mut patterns = Vec::new();
    for network in networks {
        let Some((address, prefix)) = network.v4() else {
            return Err(format!("it allows {network}, and this gateway knows no IPv6"));
        };
        patterns.extend(of_network(address, prefix));
    }
    let list = patterns.join(";");
    if list.len() > LONGEST {
        return Err(format!("its allowed_ips are {} patterns, more than this gateway reads", patterns.len()));
    }
    Ok(list)
}

/// At most 128 patterns, as many as the mask leaves open within one number.
fn of_network(address: Ipv4Addr, prefix: u8) -> impl Iterator<Item = String> {
    let places = usize::from(prefix.div_ceil(8));
    let open = places * 8 - usize::from(prefix);
    let octets = address.octets();
    (0..1_u16 << open).map(move |step| {
        let numbers = (0..4).map(|place| match (place + 1).cmp(&places) {
            std::cmp::Ordering::Less => octets[place].to_string(),
            std::cmp::Ordering::Equal => (u16::from(octets[place]) + step).to_string(),
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
        of(&texts.iter().map(|text| text.parse().expect("valid")).collect::<Vec<_>>())
    }

    /// Whether a list lets an address in, as the gateway reads it.
    fn lets_in(list: &str, address: Ipv4Addr) -> bool {
        let numbers = address.octets().map(|octet| octet.to_string());
        list.split(';').any(|pattern| {
            let places: Vec<&str> = pattern.split('.').collect();
            places.len() == 4 && places.iter().zip(&numbers).all(|(place, number)| place == &"*" || place == number)
        })
    }

    #[test]
    fn a_mask_between_numbers_is_one_pattern_and_any_other_is_several() {
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
        fn the_patterns_let_in_what_the_network_does_and_nothing_else(
            address: u32, prefix in 0_u8..=32, other: u32, near in 0_u32..300
        ) {
            let network: IpRange = format!("{}/{prefix}", Ipv4Addr::from(address)).parse().expect("valid");
            let (base, _) = network.v4().expect("v4");
            let list = of_network(base, prefix).collect::<Vec<_>>().join(";");
            for probe in [other, address, address.wrapping_add(near), u32::from(base).wrapping_sub(1)] {
                let probe = Ipv4Addr::from(probe);
                prop_assert_eq!(lets_in(&list, probe), network.contains(probe.into()), "{} in {}", probe, list);
            }
        }
    }
}
