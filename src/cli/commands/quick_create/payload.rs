//! The JSON payload of the gateway's management API (`create_customer_smpp`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use ssgctl::model::text::ParsedList;
use ssgctl::model::{AccountCode, Country, EmailAddress, Money, Msisdn, MsisdnList, Name, Organisation, ServiceCode};

use crate::args::input;
use crate::exit::{ErrorCode, Failure, Place, Result};

/// Maximum length of an error message, in characters. Messages quote the payload, which can be long.
const MAX_MESSAGE: usize = 400;

/// The fields of the API, and `account_code`, which the API does not have. Field names of this program are accepted,
/// too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct Payload {
    pub(super) organisation: Option<Organisation>,
    #[serde(alias = "account_code")]
    pub(super) account_code: Option<AccountCode>,
    pub(super) country: Option<Country>,
    #[serde(deserialize_with = "number_or_string")]
    pub(super) credit: Option<Money>,
    #[serde(alias = "contact_name")]
    pub(super) contact_name: Option<Name>,
    #[serde(alias = "contact_email")]
    pub(super) contact_email: Option<EmailAddress>,
    #[serde(alias = "contact_mobile")]
    pub(super) contact_mobile: Option<Msisdn>,
    pub(super) service: Option<ServiceCode>,
    #[serde(alias = "cug", deserialize_with = "array_or_string")]
    pub(super) cug_mobiles: Option<Vec<Msisdn>>,
    #[serde(alias = "send_email")]
    pub(super) send_email_customer: bool,
}

impl Payload {
    /// The options that have the same meaning as the fields of the payload, with their values.
    pub(super) fn options(&self) -> Vec<(&'static str, String)> {
        fn text<T: ToString>(value: Option<&T>) -> Option<String> {
            value.map(ToString::to_string)
        }
        let numbers = self.cug_mobiles.clone().map(ParsedList);
        let all = [
            ("--organisation", text(self.organisation.as_ref())),
            ("--country", text(self.country.as_ref())),
            ("--credit", text(self.credit.as_ref())),
            ("--contact-name", text(self.contact_name.as_ref())),
            ("--contact-email", text(self.contact_email.as_ref())),
            ("--contact-mobile", text(self.contact_mobile.as_ref())),
            ("--service", text(self.service.as_ref())),
            ("--cug", text(numbers.as_ref())),
            ("--send-email", self.send_email_customer.then(|| "yes".to_owned())),
        ];
        all.into_iter().filter_map(|(option, text)| Some((option, text?))).collect()
    }
}

/// Reads a payload; `-` is stdin.
pub(super) fn read(file: &Path) -> Result<Payload> {
    let text = input::read_text(file)?;
    parse(&text, input::name(file))
}

fn parse(text: &str, file: String) -> Result<Payload> {
    // serde would accept an array as the fields in their order.
    if text.trim_start().starts_with('[') {
        let place = Place { file, line: 1, column: 1 };
        return Err(Failure::new(ErrorCode::BadValue, "the payload must be an object").at(place));
    }
    serde_json::from_str(text).map_err(|error| {
        let message = without_place(&error);
        let failure =
            |message: String, line, column| Failure::new(ErrorCode::BadValue, message).at(Place { file, line, column });
        match invalid_field(text, &message) {
            // The position in serde's error is where parsing stopped, which may be lines below the value.
            Some((field, at)) => {
                let before = &text[..at];
                let line = before.matches('\n').count() as u64 + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
                failure(format!("{field}: {message}"), line, column).field(field)
            }
            None => failure(message, error.line() as u64, error.column() as u64),
        }
    })
}

/// The field that caused an error, and the byte offset of its value.
///
/// serde does not name the field of an invalid value, so each field is parsed alone until one fails with the same
/// message.
fn invalid_field(text: &str, message: &str) -> Option<(String, usize)> {
    if message.starts_with("unknown field") {
        return None;
    }
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let (name, value) = fields.into_iter().find(|(name, value)| {
        let single = format!("{{{}:{value}}}", serde_json::json!(name));
        serde_json::from_str::<Payload>(&single).is_err_and(|error| without_place(&error) == message)
    })?;
    Some((name, value.get().as_ptr() as usize - text.as_ptr() as usize))
}

/// The message of an error without line and column, and truncated.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message
        .rsplit_once(" at line ")
        .map_or(message.as_str(), |(message, _)| message)
        .chars()
        .take(MAX_MESSAGE)
        .collect()
}

/// An amount as a JSON number or string. A number is parsed from its digits, because a float would lose precision.
fn number_or_string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    if raw == "null" {
        return Ok(None);
    }
    let text = raw.trim_matches('"');
    text.parse().map(Some).map_err(|rule| D::Error::custom(format!("{} {rule}", ssgctl::error::quoted(text))))
}

/// Phone numbers as an array of strings or as one string with commas.
fn array_or_string<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Msisdn>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Numbers {
        Array(Vec<String>),
        Text(String),
    }
    let text = match Option::<Numbers>::deserialize(deserializer)? {
        Some(Numbers::Array(numbers)) => numbers.join(","),
        Some(Numbers::Text(text)) => text,
        None => return Ok(None),
    };
    let numbers: MsisdnList = text.parse().map_err(D::Error::custom)?;
    Ok(Some(numbers.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Payload> {
        parse(text, "stdin".to_owned())
    }

    #[test]
    fn the_apis_own_payload_is_read() {
        let payload = read(
            r#"{"organisation":"ABC Corp","country":"gb","credit":100,"contactName":"Zoë","contactEmail":"z@abc.example",
            "contactMobile":"447700900123","service":"standard","cugMobiles":"447700900123,447700900124",
            "sendEmailCustomer":false}"#,
        )
        .expect("valid");
        assert_eq!(payload.country.expect("present").as_str(), "GB");
        assert_eq!(payload.credit, Some("100".parse().expect("valid")));
        assert_eq!(payload.cug_mobiles.expect("present").len(), 2);
    }

    #[test]
    fn an_array_is_not_a_payload() {
        for text in ["[]", " [\"New\"]", "7", "\"New\""] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn credit_is_exact_whether_number_or_string() {
        for text in ["0.00000001", "\"0.00000001\""] {
            let payload = read(&format!("{{\"credit\":{text}}}")).expect(text);
            assert_eq!(payload.credit, Some(Money::from_e8(1)));
        }
        for text in ["1e3", "\"1,000\"", "true", "[1]"] {
            assert!(read(&format!("{{\"credit\":{text}}}")).is_err(), "{text}");
        }
    }

    #[test]
    fn an_error_names_the_field_and_its_position() {
        let failure = read("{\"organisation\":\"ABC\",\n\"country\":\"UKX\"}").unwrap_err();
        assert!(failure.to_string().starts_with("stdin:2:"), "{failure}");
        assert!(read("{\"organization\":\"ABC\"}").unwrap_err().to_string().contains("organization"));
    }
}
