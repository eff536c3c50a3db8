//! Mobile country codes (ITU-T E.212): which country each is of, and how many digits its mobile network codes have. From
//! `data/mcc.tsv`.

use std::sync::LazyLock;

use crate::model::text::Invalid;
use crate::model::{Country, MobileNetwork};

/// A row of `data/mcc.tsv`, which is sorted by code.
#[derive(Debug)]
pub struct MobileCountry {
    pub code: u32,
    /// The countries of the code; none if it is international, several if it was assigned to them together.
    pub countries: Vec<Country>,
    /// Further countries with networks of this code, most of which have no code of their own.
    others: Vec<Country>,
    /// Whether there are network codes of two and of three digits.
    has_two_digits: bool,
    has_three_digits: bool,
    /// Where there are both, the codes of three digits that begin with 0.
    with_zero: Vec<&'static str>,
}

static MOBILE_COUNTRIES: LazyLock<Vec<MobileCountry>> =
    LazyLock::new(|| include_str!("data/mcc.tsv").lines().skip(1).filter_map(row).collect());

fn row(line: &'static str) -> Option<MobileCountry> {
    let mut fields = line.split('\t').chain(std::iter::repeat(""));
    let code = fields.next()?.parse().ok()?;
    let mut countries = || -> Option<Vec<Country>> {
        fields.next().map(|codes| codes.split_whitespace().filter_map(|code| code.parse().ok()).collect())
    };
    let (countries, others) = (countries()?, countries()?);
    let digits = fields.next()?;
    Some(MobileCountry {
        code,
        countries,
        others,
        has_two_digits: digits.contains('2'),
        has_three_digits: digits.contains('3'),
        with_zero: fields.next()?.split_whitespace().collect(),
    })
}

impl MobileCountry {
    /// The row of a mobile country code.
    pub fn of_code(code: u32) -> Option<&'static Self> {
        let index = MOBILE_COUNTRIES.binary_search_by_key(&code, |row| row.code).ok()?;
        MOBILE_COUNTRIES.get(index)
    }

    /// The country of a network, if its code belongs to one country.
    pub fn only_country_of(network: MobileNetwork) -> Option<&'static Country> {
        match Self::of_code(network.country_code())?.countries.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Whether networks of the code are in a country.
    pub fn has_networks_in(&self, country: &Country) -> bool {
        self.countries.contains(country) || self.others.contains(country)
    }

    /// The network codes that a text of one to three digits can mean, where zeros at its beginning may have been lost or added.
    fn network_codes(&self, text: &str) -> Vec<String> {
        let digits = text.trim_start_matches('0');
        let (two, three) = (format!("{digits:0>2}"), format!("{digits:0>3}"));
        // A text that begins with 0 has lost none.
        let may_be = |code: &str| text.len() >= code.len() || !text.starts_with('0');
        let has_two = self.has_two_digits && two.len() == 2 && may_be(&two);
        let has_three = self.has_three_digits && three.len() == 3 && may_be(&three);
        match (has_two, has_three) {
            // A text as long as one of the codes is that code, unless a zero before the other one was lost.
            (true, true) if three.starts_with('0') && !self.with_zero.contains(&three.as_str()) => vec![two],
            (true, true) if text.len() == 3 || text.starts_with('0') => vec![text.to_owned()],
            (two_digits, three_digits) => {
                [(two_digits, two), (three_digits, three)].into_iter().filter(|(has, _)| *has).map(|(_, c)| c).collect()
            }
        }
    }
}

/// The network of a mobile country code and a mobile network code from a file, in which a spreadsheet or a program may have
/// removed the zeros at the beginning of the network code, or padded it to three digits. Refused if several networks fit.
pub fn mobile_network(country_code: &str, network_code: &str) -> Result<MobileNetwork, Invalid> {
    let is_code =
        |text: &str, lengths: &[usize]| lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code(country_code, &[3]) || !is_code(network_code, &[1, 2, 3]) {
        return Err(Invalid::rule("must be a mobile country code of 3 digits and a mobile network code of 2 or 3"));
    }
    let known = country_code.parse().ok().and_then(MobileCountry::of_code);
    let codes = match known {
        Some(country) => country.network_codes(network_code),
        // Nothing is known about its network codes, so that a short one cannot be completed.
        None if network_code.len() > 1 => vec![network_code.to_owned()],
        None => Vec::new(),
    };
    match codes.as_slice() {
        [code] => format!("{country_code}{code}").parse(),
        [] => Err(Invalid::rule(format!("is not a network: no network code of {country_code} has this form"))),
        [one, other, ..] => Err(Invalid::rule(format!(
            "may be network {country_code}{one} or {country_code}{other}; write all its digits"
        ))),
    }
}

/// The network of a joined code such as `23410`, in which the zeros of the network code may be missing; see [`mobile_network`].
/// A code of five or six digits is as it is written where its country has network codes of two and of three digits.
pub fn joined_mobile_network(text: &str) -> Result<MobileNetwork, Invalid> {
    let rule = || Invalid::rule("must be a mobile country code and a mobile network code, such as 23410");
    let (country_code, network_code) =
        text.split_at_checked(3).filter(|(_, network)| !network.is_empty()).ok_or_else(rule)?;
    let is_mixed = |country: &MobileCountry| country.has_two_digits && country.has_three_digits;
    let is_whole =
        network_code.len() > 1 && country_code.parse().ok().and_then(MobileCountry::of_code).is_some_and(is_mixed);
    if is_whole { text.parse() } else { mobile_network(country_code, network_code) }
}

/// The network in the one form that its country uses: some programs pad two digits of a network code to three, or drop a zero. A
/// network of which that is not known stays as it is.
pub fn canonical_network(network: MobileNetwork) -> MobileNetwork {
    joined_mobile_network(&network.to_string()).unwrap_or(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_parsed_and_sorted_and_no_code_is_there_twice() {
        let text = include_str!("data/mcc.tsv");
        assert_eq!(text.lines().next(), Some("mcc\tcountries\tother_users\tmnc_digits\tmncs_with_zero"));
        assert_eq!(MOBILE_COUNTRIES.len(), text.lines().count() - 1);
        assert!(MOBILE_COUNTRIES.windows(2).all(|pair| pair[0].code < pair[1].code));
        for (line, row) in text.lines().skip(1).zip(MOBILE_COUNTRIES.iter()) {
            let fields: Vec<&str> = line.split('\t').chain(["", ""]).collect();
            assert_eq!(fields[0], row.code.to_string(), "{line}");
            assert!(matches!(row.code, 200..=799 | 901 | 902), "{line}");
            // Every country is known, as none was left out when the row was parsed.
            assert_eq!(fields[1].split_whitespace().count(), row.countries.len(), "{line}");
            assert_eq!(fields[2].split_whitespace().count(), row.others.len(), "{line}");
            assert_eq!(row.countries.is_empty(), row.code >= 900, "{line}");
            assert!(matches!(fields[3], "2" | "3" | "2 3"), "{line}");
            assert!(row.with_zero.is_empty() || (row.has_two_digits && row.has_three_digits), "{line}");
            assert!(row.with_zero.iter().all(|code| code.len() == 3 && code.starts_with('0')), "{line}");
        }
    }

    #[test]
    fn a_code_is_of_its_country() {
        for (code, countries) in [
            (234, "GB"),
            (235, "GB"),
            (310, "US"),
            (316, "US"),
            (404, "IN"),
            (405, "IN"),
            (406, "IN"),
            (440, "JP"),
            (441, "JP"),
            (460, "CN"),
            (461, "CN"),
            (621, "NG"),
            (340, "GP MQ GF BL MF"),
            (901, ""),
        ] {
            let row = MobileCountry::of_code(code).expect("a known code");
            let found: Vec<&str> = row.countries.iter().map(Country::code).collect();
            assert_eq!(found.join(" "), countries, "{code}");
        }
        assert!(MobileCountry::of_code(999).is_none());
        let jersey = "JE".parse().expect("a country");
        assert!(MobileCountry::of_code(234).is_some_and(|row| row.has_networks_in(&jersey)));
        assert!(MobileCountry::of_code(621).is_some_and(|row| !row.has_networks_in(&jersey)));
    }

    #[test]
    fn a_network_code_gets_back_the_zeros_that_it_lost() {
        for (country, network, found) in [
            ("234", "1", "23401"),
            ("234", "01", "23401"),
            ("234", "10", "23410"),
            ("234", "010", "23410"),
            ("310", "26", "310026"),
            ("310", "260", "310260"),
            ("310", "4", "310004"),
            ("722", "34", "722034"),
            // France has codes of three digits, but none that begins with 0.
            ("208", "1", "20801"),
            ("208", "10", "20810"),
            ("208", "500", "208500"),
            // India has some: 405025, but not 405051.
            ("405", "01", "40501"),
            ("405", "51", "40551"),
            ("405", "025", "405025"),
            ("405", "854", "405854"),
            ("901", "1", "90101"),
            ("799", "12", "79912"),
        ] {
            let read = mobile_network(country, network).map(|network| network.to_string());
            assert_eq!(read.as_deref(), Ok(found), "{country},{network}");
        }
    }

    #[test]
    fn a_network_code_that_fits_two_networks_or_none_is_refused() {
        for (country, network, reason) in [
            ("405", "25", "may be network 40525 or 405025; write all its digits"),
            ("350", "7", "may be network 35007 or 350007; write all its digits"),
            ("234", "260", "no network code of 234 has this form"),
            ("310", "02", "no network code of 310 has this form"),
            ("799", "1", "no network code of 799 has this form"),
            ("23", "10", "must be a mobile country code of 3 digits"),
            ("234", "", "must be a mobile country code"),
            ("234", "1x", "must be a mobile country code"),
            ("234", "1000", "must be a mobile country code"),
        ] {
            let refused = mobile_network(country, network).expect_err(network).to_string();
            assert!(refused.contains(reason), "{country},{network}: {refused}");
        }
    }

    #[test]
    fn a_joined_code_is_repaired_where_the_digits_are_known() {
        for (text, found) in [
            ("23410", Some("23410")),
            ("2341", Some("23401")),
            ("31026", Some("310026")),
            ("234010", Some("23410")),
            ("40525", Some("40525")),
            ("405025", Some("405025")),
            ("4055", Some("40505")),
            ("234", None),
            ("12345", None),
            ("234é0", None),
            ("1234567", None),
        ] {
            let read = joined_mobile_network(text).ok().map(|network| network.to_string());
            assert_eq!(read.as_deref(), found, "{text}");
        }
    }
}
