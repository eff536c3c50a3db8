//! Reads the telephone numbers of a row as they are written in its country, and refuses those that can be meant differently.

use std::borrow::Cow;
use std::rc::Rc;

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::InputRow;
use crate::formats::row::Field;
use crate::model::{Country, Msisdn, calling_code_of};

/// Puts the telephone numbers of a row into international form. `calling_code` applies to rows of its own country and to rows
/// without a country.
///
/// Without it, a number that is not in international form is refused if the row has a country: it may have lost its `+`, or its
/// first digits may be a calling code only by chance.
pub(crate) fn internationalized<'a>(row: &'a InputRow, calling_code: Option<&str>) -> Result<Cow<'a, InputRow>, Fault> {
    if !row.names().any(is_telephone) {
        return Ok(Cow::Borrowed(row));
    }
    let own = row.text_of("country").and_then(Country::named).as_ref().and_then(calling_code_of);
    let Some(code) = own.or(calling_code) else { return Ok(Cow::Borrowed(row)) };
    let may_convert = calling_code == Some(code);
    let mut fields: Option<Vec<(Rc<str>, Field)>> = None;
    for (index, (name, field)) in row.fields().iter().enumerate() {
        let Some(text) = Some(&**name).filter(|name| is_telephone(name)).and_then(|name| row.text_of(name)) else {
            continue;
        };
        let number = Msisdn::of_country(text, code).map_err(|rule| refused(row, name, text, &rule))?;
        if may_convert {
            let fields = fields.get_or_insert_with(|| row.fields().to_vec());
            fields[index].1 = Field { text: number.to_string(), ..field.clone() };
        } else if text.parse::<Msisdn>().as_ref() != Ok(&number) {
            return Err(refused(row, name, text, &format_args!("is a national number; write {number}")));
        }
    }
    Ok(fields.map_or(Cow::Borrowed(row), |fields| Cow::Owned(row.with_fields(fields))))
}

/// Whether a column contains telephone numbers.
pub(crate) fn is_telephone(name: &str) -> bool {
    name == "phone" || name == "mobile" || name.ends_with("_mobile")
}

fn refused(row: &InputRow, name: &str, text: &str, why: &dyn std::fmt::Display) -> Fault {
    let message = format!("{name}: {} {why}", quoted(text));
    row.fault(name, Error::Input { code: InputError::BadValue, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(country: &str, phone: &str) -> InputRow {
        let field = |text: &str| Field { text: text.to_owned(), line: 2, column: 1 };
        InputRow::new(2, vec![("country".into(), field(country)), ("phone".into(), field(phone))])
    }

    fn number(country: &str, phone: &str, calling_code: Option<&str>) -> Result<String, String> {
        let row = row(country, phone);
        let number = internationalized(&row, calling_code).map(|row| row.text_of("phone").unwrap_or("").to_owned());
        number.map_err(|fault| fault.error.to_string())
    }

    #[test]
    fn national_numbers_are_converted_by_the_calling_code_of_their_country() {
        for (country, phone, code, expected) in [
            ("GB", "07700 900123", "44", "+447700900123"),
            ("", "7700900123", "44", "+447700900123"),
            ("JE", "(01534) 496000", "44", "+441534496000"),
            ("GB", "447700900123", "44", "+447700900123"),
            ("IT", "06 1234567", "39", "+39061234567"),
            ("HU", "06 20 123 4567", "36", "+36201234567"),
            ("US", "1-512-555-0123", "1", "+15125550123"),
            ("RU", "8 (812) 123-45-67", "7", "+78121234567"),
            ("BR", "0 15 11 91234-5678", "55", "+5511912345678"),
            ("IN", "9123456789", "91", "+919123456789"),
            ("FR", "+44 7700 900123", "33", "+447700900123"),
            ("", "", "44", ""),
        ] {
            assert_eq!(number(country, phone, Some(code)), Ok(expected.to_owned()), "{country} {phone}");
        }
    }

    #[test]
    fn a_calling_code_is_for_rows_of_its_own_country() {
        let refused = number("GB", "07700 900123", Some("61")).unwrap_err();
        assert_eq!(refused, "phone: `07700 900123` is a national number; write +447700900123");
        assert_eq!(number("GB", "447700900123", Some("61")), Ok("447700900123".to_owned()));
    }

    #[test]
    fn numbers_of_a_country_are_not_mistaken_for_numbers_of_another() {
        for (country, phone, answer) in [
            ("IN", "9123456789", "is a national number; write +919123456789"),
            ("GB", "7700900123", "is a national number; write +447700900123"),
            ("GB", "0131 496 0000", "is a national number; write +441314960000"),
            ("GB", "33612345678", "is not a national number of +44; use the international form"),
            ("IT", "39061234567", "can be +39061234567 or +3939061234567; write it with +"),
            ("GB", "+44 7700 90", "must have 9 or 10 digits after +44, has 6"),
        ] {
            let refused = number(country, phone, None).unwrap_err();
            assert_eq!(refused, format!("phone: `{phone}` {answer}"));
        }
        assert_eq!(number("GB", "(+44) 7700 900123", None), Ok("(+44) 7700 900123".to_owned()));
        assert_eq!(number("AQ", "447700900123", None), Ok("447700900123".to_owned()));
    }
}
