//! Reads what a row of a price list is for: networks, prefixes, countries and everything else.

use std::str::FromStr;

use crate::error::{Error, Fault, InputError, quoted};
use crate::import::price_list::columns::PriceCells;
use crate::model::{
    Country, Invalid, MobileCountry, MobileNetwork, NumberPrefix, PriceDestination, joined_mobile_network,
    mobile_network,
};

/// What the cells of a row say about its destination.
#[derive(Debug, Default)]
struct Parts {
    is_default: bool,
    country: Option<Country>,
    mobile_country: Option<&'static MobileCountry>,
    network: Option<MobileNetwork>,
    prefix: Option<NumberPrefix>,
}

/// A code of a mobile country alone, or of a network.
enum MobileCode {
    Country(&'static MobileCountry),
    Network(MobileNetwork),
}

/// The destinations of a row. A mobile country code that several countries have is a price for each of them; a network with a
/// prefix is a price for both, because files of traffic may not have the network.
pub(super) fn destinations(cells: PriceCells<'_>) -> Result<Vec<PriceDestination>, Fault> {
    let parts = parts(cells)?;
    let found = of_parts(cells, &parts)?;
    let Some(text) = cells.code("destination")? else {
        return if found.is_empty() { Err(none_named(cells)) } else { Ok(found) };
    };
    let named = parse(cells, "destination", text, PriceDestination::from_str)?;
    if found.is_empty() || found == [named.clone()] {
        return Ok(vec![named]);
    }
    let rule = format!("contradicts the other columns, which name {}", quoted(&found[0]));
    Err(cells.bad_value("destination", text, &rule))
}

fn none_named(cells: PriceCells<'_>) -> Fault {
    let message = match cells.text("network") {
        Some(name) => format!("the row has the name {} of a network, but not its code", quoted(name)),
        None => "the row names no country, network or prefix".to_owned(),
    };
    cells.row.fault_of_all(Error::Input { code: InputError::MissingValue, message })
}

fn parse<T>(
    cells: PriceCells<'_>,
    field: &'static str,
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, Invalid>,
) -> Result<T, Fault> {
    parse(text).map_err(|rule| cells.fault(field, Error::invalid(field, text, rule)))
}

/// The text of the column of networks, unless it is a name.
fn network_code(cells: PriceCells<'_>) -> Option<&str> {
    cells.text("network").filter(|text| matches!(text.len(), 5 | 6) && text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn parts(cells: PriceCells<'_>) -> Result<Parts, Fault> {
    let mut parts = Parts::default();
    for field in ["mccmnc", "network"] {
        let text = if field == "network" { network_code(cells) } else { cells.code(field)? };
        if let Some(text) = text {
            parts.add_mobile(cells, field, text, parse(cells, field, text, mobile_code)?)?;
        }
    }
    if let Some(text) = cells.code("mcc")? {
        let code = match cells.code("mnc")?.filter(|text| *text != "*") {
            Some(network) => {
                MobileCode::Network(parse(cells, "mnc", network, |network| mobile_network(text, network))?)
            }
            None => parse(cells, "mcc", text, mobile_country).map(MobileCode::Country)?,
        };
        parts.add_mobile(cells, "mcc", text, code)?;
    } else if let Some(text) = cells.code("mnc")? {
        return Err(cells.bad_value("mnc", text, &"needs the mobile country code of the network"));
    }
    if let Some(text) = cells.code("prefix")? {
        let digits = text.strip_prefix("00").unwrap_or(text);
        parts.prefix = Some(parse(cells, "prefix", text, |_| digits.parse())?);
    }
    if let Some(text) = cells.text("country") {
        parts.add_country(cells, text)?;
    }
    Ok(parts)
}

impl Parts {
    fn add_mobile(
        &mut self,
        cells: PriceCells<'_>,
        field: &'static str,
        text: &str,
        code: MobileCode,
    ) -> Result<(), Fault> {
        let (country, network) = match code {
            MobileCode::Country(country) => (Some(country), None),
            MobileCode::Network(network) => (MobileCountry::of_code(network.country_code()), Some(network)),
        };
        let is_other_country = self.mobile_country.zip(country).is_some_and(|(one, two)| one.code != two.code);
        if is_other_country || self.network.zip(network).is_some_and(|(one, two)| one != two) {
            return Err(cells.bad_value(field, text, &"contradicts the other code of the row"));
        }
        self.mobile_country = self.mobile_country.or(country);
        self.network = self.network.or(network);
        Ok(())
    }

    /// The country by its code or its name. Where there is another code, an unknown name is only a description.
    fn add_country(&mut self, cells: PriceCells<'_>, text: &str) -> Result<(), Fault> {
        let has_code = self.network.is_some() || self.mobile_country.is_some() || self.prefix.is_some();
        if text.eq_ignore_ascii_case("default") && !has_code {
            self.is_default = true;
            return Ok(());
        }
        self.country = match text.parse().ok().or_else(|| Country::named(text)) {
            None if !has_code => Some(parse(cells, "country", text, Country::from_str)?),
            found => found,
        };
        match (&self.country, self.mobile_country) {
            // Nigeria's calling code is the mobile country code of the United Kingdom: such a slip is found here.
            (Some(country), Some(mobile)) if !mobile.has_networks_in(country) && !mobile.countries.is_empty() => {
                let rule =
                    format!("contradicts the mobile country code {}, which is not of {}", mobile.code, country.name());
                Err(cells.bad_value("country", text, &rule))
            }
            _ => Ok(()),
        }
    }

    /// The country that is named, or the only one of the mobile country code.
    fn only_country(&self) -> Option<&Country> {
        self.country.as_ref().or_else(|| match self.mobile_country?.countries.as_slice() {
            [only] => Some(only),
            _ => None,
        })
    }
}

fn of_parts(cells: PriceCells<'_>, parts: &Parts) -> Result<Vec<PriceDestination>, Fault> {
    let mut found: Vec<_> = parts.network.map(PriceDestination::Network).into_iter().collect();
    if let Some(prefix) = parts.prefix {
        let of_prefix = of_prefix(cells, prefix, parts.only_country())?;
        // Next to a network, the calling code of its country says nothing more.
        if found.is_empty() || matches!(of_prefix, PriceDestination::Prefix(_)) {
            found.push(of_prefix);
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    // The price of one network must not become that of its country.
    if cells.text("network").is_some() {
        return Err(none_named(cells));
    }
    match (parts.is_default, &parts.country, parts.mobile_country) {
        (true, ..) => Ok(vec![PriceDestination::Default]),
        (_, Some(country), _) => PriceDestination::of_country(country.clone())
            .map(|destination| vec![destination])
            .map_err(|rule| cells.bad_value("country", country.as_str(), &rule.to_string())),
        (_, None, Some(mobile)) if mobile.countries.is_empty() => {
            Err(cells.bad_value("mcc", &mobile.code.to_string(), &"is not of a country; name its networks"))
        }
        (_, None, Some(mobile)) => Ok(mobile.countries.iter().cloned().map(PriceDestination::Country).collect()),
        (_, None, None) => Ok(Vec::new()),
    }
}

/// A prefix that is the calling code of the row's country, or the part of it that several countries share, means the country:
/// `1` of a row for Canada is not a price for the United States.
fn of_prefix(
    cells: PriceCells<'_>,
    prefix: NumberPrefix,
    country: Option<&Country>,
) -> Result<PriceDestination, Fault> {
    let Some(country) = country.filter(|country| country.calling_codes().next().is_some()) else {
        return Ok(PriceDestination::Prefix(prefix));
    };
    let digits = prefix.digits().to_string();
    if country.calling_codes().any(|code| code.starts_with(&digits)) {
        return Ok(PriceDestination::Country(country.clone()));
    }
    if country.calling_codes().any(|code| digits.starts_with(code)) {
        return Ok(PriceDestination::Prefix(prefix));
    }
    let rule = format!("contradicts the row's country: numbers of {} begin otherwise", country.name());
    Err(cells.bad_value("prefix", &digits, &rule))
}

/// A code such as `23410`, `234-10`, `234`, or `[DEFAULT 234]`.
fn mobile_code(text: &str) -> Result<MobileCode, Invalid> {
    let default = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if let Some(code) =
        default.and_then(|text| text.trim().split_once(' ')).filter(|(word, _)| word.eq_ignore_ascii_case("default"))
    {
        return mobile_country(code.1.trim()).map(MobileCode::Country);
    }
    if text.len() == 3 {
        return mobile_country(text).map(MobileCode::Country);
    }
    match text.split_once(['-', '/', ' ']) {
        Some((country, network)) => mobile_network(country.trim(), network.trim()).map(MobileCode::Network),
        None => joined_mobile_network(text).map(MobileCode::Network),
    }
}

fn mobile_country(text: &str) -> Result<&'static MobileCountry, Invalid> {
    let code = text.parse().ok().filter(|_| text.len() == 3).and_then(MobileCountry::of_code);
    code.ok_or_else(|| Invalid::rule("must be a mobile country code, such as 234"))
}
