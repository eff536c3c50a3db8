//! The JSON payload of the gateway's management API (`create_customer_smpp`).

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use ssgctl::model::{AccountCode, Country, EmailAddress, Money, Msisdn, MsisdnList, Name, Organisation, ServiceCode};

use crate::args::input;
use crate::exit::{ErrorCode, Failure, Place, Result};

/// The most characters of a complaint that are shown.
const LONGEST: usize = 400;

/// What the API takes, and the account code, which it does not. The names of this program's own fields are read too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct Payload {
    pub(super) organisation: Option<Organisation>,
    #[serde(alias = "account_code")]
    pub(super) account_code: Option<AccountCode>,
    pub(super) country: Option<Country>,
    #[serde(deserialize_with = "number_or_text")]
    pub(super) credit: Option<Money>,
    #[serde(alias = "contact_name")]
    pub(super) contact_name: Option<Name>,
    #[serde(alias = "contact_email")]
    pub(super) contact_email: Option<EmailAddress>,
    #[serde(alias = "contact_mobile")]
    pub(super) contact_mobile: Option<Msisdn>,
    pub(super) service: Option<ServiceCode>,
    #[serde(alias = "cug", deserialize_with = "array_or_text")]
    pub(super) cug_mobiles: Option<Vec<Msisdn>>,
    #[serde(alias = "send_email")]
    pub(super) send_email_customer: bool,
}

impl Payload {
    /// The options that it stands for, with what it says.
    pub(super) fn options(&self) -> Vec<(&'static str, String)> {
        fn text<T: ToString>(value: Option<&T>) -> Option<String> {
            value.map(ToString::to_string)
        }
        let numbers = self.cug_mobiles.clone().map(MsisdnList);
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
    // An array would else be read as the fields in their order.
    if text.trim_start().starts_with('[') {
        let place = Place { file, line: 1, column: 1 };
        return Err(Failure::new(ErrorCode::BadValue, "the payload must be an object").at(place));
    }
    serde_json::from_str(text).map_err(|error| {
        let message = without_place(&error);
        let fault =
            |message: String, line, column| Failure::new(ErrorCode::BadValue, message).at(Place { file, line, column });
        match field_at_fault(text, &message) {
            // The reader's own place is where it stopped, which may be lines below the value.
            Some((field, at)) => {
                let before = &text[..at];
                let line = before.matches('\n').count() as u64 + 1;
                let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
                fault(format!("{field}: {message}"), line, column).field(field)
            }
            None => fault(message, error.line() as u64, error.column() as u64),
        }
    })
}

/// The known field that alone gives the same complaint as the whole payload does, and where its value begins.
fn field_at_fault(text: &str, message: &str) -> Option<(String, usize)> {
    if message.starts_with("unknown field") {
        return None;
    }
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let (name, value) = fields.into_iter().find(|(name, value)| {
        let alone = format!("{{{}:{value}}}", serde_json::json!(name));
        serde_json::from_str::<Payload>(&alone).is_err_and(|error| without_place(&error) == message)
    })?;
    Some((name, value.get().as_ptr() as usize - text.as_ptr() as usize))
}

/// The complaint without the line and column at its end, cut where the payload makes it long.
fn without_place(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).chars().take(LONGEST).collect()
}

/// An amount as a JSON number or text. The number is read from its digits: no float is made of it.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?.get();
    if raw == "null" {
        return Ok(None);
    }
    let text = raw.trim_matches('"');
    text.parse().map(Some).map_err(|rule| D::Error::custom(format!("{} {rule}", ssgctl::error::quoted(text))))
}

/// Numbers as an array of texts or as one text with commas.
fn array_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Msisdn>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Array(Vec<String>),
        Text(String),
    }
    let written = match Option::<Written>::deserialize(deserializer)? {
        Some(Written::Array(numbers)) => numbers.join(","),
        Some(Written::Text(text)) => text,
        None => return Ok(None),
    };
    let numbers: MsisdnList = written.parse().map_err(D::Error::custom)?;
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
        assert_eq!(payload.country.expect("given").as_str(), "GB");
        assert_eq!(payload.credit, Some("100".parse().expect("valid")));
        assert_eq!(payload.cug_mobiles.expect("given").len(), 2);
    }

    #[test]
    fn an_array_is_no_payload() {
        for text in ["[]", " [\"New\"]", "7", "\"New\""] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn credit_is_exact_whether_number_or_text() {
        for text in ["0.00000001", "\"0.00000001\""] {
            let payload = read(&format!("{{\"credit\":{text}}}")).expect(text);
            assert_eq!(payload.credit, Some(Money::from_e8(1)));
        }
        for text in ["1e3", "\"1,000\"", "true", "[1]"] {
            assert!(read(&format!("{{\"credit\":{text}}}")).is_err(), "{text}");
        }
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        let failure = read("{\"organisation\":\"ABC\",\n\"country\":\"UKX\"}").unwrap_err();
        assert!(failure.to_string().starts_with("stdin:2:"), "{failure}");
        assert!(read("{\"organization\":\"ABC\"}").unwrap_err().to_string().contains("organization"));
    }
}
