//! The prices of a plan in the JSON that gateways publish.

use serde::Serialize;
use ssgctl::model::{Country, MobileCountry, PriceDestination, PriceStep, Time, Unit};
use ssgctl::report::PlanPriceList;

use crate::exit::{Failure, Result};

#[derive(Serialize)]
struct Document<'a> {
    meta: Meta<'a>,
    current: Vec<Entry>,
    future: Vec<Entry>,
}

#[derive(Serialize)]
struct Meta<'a> {
    plan: &'a str,
    name: &'a str,
    currency: &'static str,
    at: Time,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    alpha2: Option<&'static str>,
    /// The first digits of the numbers.
    prefix: Option<String>,
    /// The code of a mobile network, which looks like the first digits of numbers elsewhere.
    mccmnc: Option<String>,
    /// With eight decimals, as text, so that no reader rounds it. `None` if it is withdrawn.
    price: Option<String>,
    currency: &'static str,
    effective: Option<Time>,
}

/// The document of a list.
pub(super) fn json(list: &PlanPriceList) -> Result<String> {
    let unit = list.plan.unit;
    let (plan, name) = (list.plan.code.as_str(), list.plan.details.name.as_str());
    let document = Document {
        meta: Meta { plan, name, currency: unit.code(), at: list.at },
        current: list.current().map(|step| entry(step, unit)).collect(),
        future: list.future().map(|step| entry(step, unit)).collect(),
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n").map_err(Failure::output)
}

fn entry(step: &PriceStep, unit: Unit) -> Entry {
    let (country, prefix, mccmnc) = match &step.destination {
        PriceDestination::Default => (None, None, None),
        PriceDestination::Country(country) => (Some(country.clone()), calling_code(country), None),
        PriceDestination::Prefix(prefix) => (None, Some(prefix.digits().to_string()), None),
        PriceDestination::Network(network) => {
            let mobile = MobileCountry::of_code(network.country_code());
            (mobile.and_then(|mobile| mobile.countries.first().cloned()), None, Some(network.to_string()))
        }
    };
    let name = country.as_ref().map_or_else(|| step.destination.to_string(), |country| country.name().to_owned());
    Entry {
        name,
        alpha2: country.map(|country| country.code()),
        prefix,
        mccmnc,
        price: step.price.map(|price| eight_decimals(price.e8())),
        currency: unit.code(),
        effective: step.effective,
    }
}

/// The calling code of a country that has its own.
fn calling_code(country: &Country) -> Option<String> {
    let mut codes = country.calling_codes();
    codes.next().filter(|_| codes.next().is_none()).map(str::to_owned)
}

/// A price that is not negative, from 1e-8 of the unit.
fn eight_decimals(e8: i64) -> String {
    format!("{}.{:08}", e8 / 100_000_000, e8 % 100_000_000)
}
