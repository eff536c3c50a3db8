//! Parses files of balance adjustments. Columns: `customer`, `amount`, `description`, and optionally `unit`, `reference`, `key`.

use std::io::BufRead;

use crate::error::{Error, Fault, Faults, InputError, quoted};
use crate::formats::misspelt::misspelt;
use crate::formats::{InputRow, Quoting, RecordReader, spreadsheet};
use crate::import::IgnoredColumn;
use crate::import::left_out::LeftOut;
use crate::model::WrittenAmount;
use crate::ops::balance::{Adjustment, AdjustmentRow};

/// The required columns.
const REQUIRED: [&str; 3] = ["customer", "amount", "description"];

/// The columns that are read.
const FIELDS: [&str; 6] = ["customer", "amount", "description", "unit", "reference", "key"];

/// The columns of `balance history` that say what a posted entry is.
const INFORMATIONAL: [&str; 6] = ["id", "at", "actor", "kind", "balance", "balance_after"];

fn reads(column: &str) -> bool {
    FIELDS.contains(&column)
}

/// The adjustments of a file.
#[derive(Debug, Default)]
pub struct Adjustments {
    pub rows: Vec<AdjustmentRow>,
    /// Columns that are not imported although rows have a value there.
    pub left_out: Vec<IgnoredColumn>,
}

/// Parses a whole file of adjustments, or reports all its faults.
pub fn adjustments(input: impl BufRead) -> Result<Adjustments, Faults> {
    adjustments_quoted(input, None)
}

/// The same of a file whose CSV has this quoting.
pub fn adjustments_quoted(input: impl BufRead, quoting: Option<Quoting>) -> Result<Adjustments, Faults> {
    let mut faults = Faults::default();
    let mut adjustments = Adjustments::default();
    match RecordReader::open_quoted(input, quoting).and_then(with_known_columns) {
        Ok(rows) => adjustments = read(rows, &mut faults),
        Err(fault) => drop(faults.add(fault)),
    }
    faults.unless_any(adjustments)
}

fn read<R: BufRead>(mut rows: RecordReader<R>, faults: &mut Faults) -> Adjustments {
    let columns = rows.columns().to_vec();
    let mut left_out = LeftOut::of(&columns, |column| reads(column) || INFORMATIONAL.contains(&column));
    let mut adjustments = Vec::new();
    loop {
        let fault = match rows.next_row() {
            Ok(None) => break,
            Ok(Some(row)) => {
                left_out.record(&row, None);
                match adjustment(&row) {
                    Ok(adjustment) => {
                        adjustments.push(adjustment);
                        continue;
                    }
                    Err(fault) => fault,
                }
            }
            Err(fault) => fault,
        };
        if !faults.add(fault) {
            break;
        }
    }
    Adjustments { rows: adjustments, left_out: left_out.columns(&[&FIELDS], &columns) }
}

/// Rejects a header without a required column or with a misspelt one. Checking the header reports one fault instead of one per
/// row.
fn with_known_columns<R: BufRead>(mut rows: RecordReader<R>) -> Result<RecordReader<R>, Fault> {
    rows.fold_case(reads);
    rows.reject_duplicates(reads)?;
    let columns = rows.columns();
    let is_missing = |name: &&&str| !columns.is_empty() && !columns.iter().any(|column| column == **name);
    let missing: Vec<String> = REQUIRED.iter().filter(is_missing).map(quoted).collect();
    let message = if !missing.is_empty() {
        format!("the header has no column {}; it has {}", missing.join(", "), quoted(columns.join(",")))
    } else if let Some(message) = misspelt_field(columns.iter().map(String::as_str)) {
        message
    } else {
        return Ok(rows);
    };
    Err(Fault::of_file(1, 1, InputError::BadHeader, message))
}

/// The message about a name that is nearly, or means, one of a field that is missing. Without its key or its unit, an amount would be
/// posted twice or to another balance.
fn misspelt_field<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let missing = FIELDS.into_iter().filter(|field| !names.clone().any(|name| name == *field));
    let (name, field) = names.clone().find_map(|name| Some((name, misspelt(name, missing.clone())?)))?;
    Some(format!(
        "{} is not a field; rename it to {} if it is meant as that, or remove it",
        quoted(name),
        quoted(field)
    ))
}

fn adjustment(row: &InputRow) -> Result<AdjustmentRow, Fault> {
    if !row.is_from_csv()
        && let Some(message) = misspelt_field(row.names())
    {
        return Err(row.fault_of_all(Error::Input { code: InputError::BadValue, message }));
    }
    spreadsheet::check(row, reads)?;
    Ok(AdjustmentRow {
        line: row.line(),
        customer: row.required_text("customer")?,
        adjustment: Adjustment {
            unit: row.optional("unit")?,
            // In JSON a point always begins decimals.
            amount: if row.is_from_csv() {
                row.required::<WrittenAmount>("amount")?.0
            } else {
                row.required("amount")?
            },
            description: row.required("description")?,
            reference: row.optional("reference")?,
            key: row.optional("key")?,
            allow_negative: false,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let faults = adjustments(text.as_bytes()).expect_err("faults");
        assert_eq!(faults.count, faults.first.len() as u64);
        faults.first.iter().map(|fault| format!("{}:{} {}", fault.line, fault.column, fault.error)).collect()
    }

    #[test]
    fn csv_and_json_lines_parse_to_the_same_rows() {
        let csv = "key,customer,amount,description,comment\nk1,ABC,-5,\"'=double, charge\",x\n";
        let json = r#"{"customer":"ABC","amount":-5,"description":"=double, charge","key":"k1","unit":null}"#;
        for text in [csv, json] {
            let rows = adjustments(text.as_bytes()).expect("valid").rows;
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0].customer, "ABC");
            assert_eq!(rows[0].adjustment.amount, "-5".parse().expect("valid"));
            assert_eq!(rows[0].adjustment.description.as_str(), "=double, charge");
            assert_eq!(rows[0].adjustment.key.as_ref().expect("key").as_str(), "k1");
        }
    }

    #[test]
    fn a_misspelt_field_is_refused_and_an_unknown_one_is_reported() {
        assert_eq!(
            faults("customer,amount,description,Keys\nABC,5,x,k1\nABC,5,x,k2\n"),
            ["1:1 `Keys` is not a field; rename it to `key` if it is meant as that, or remove it"]
        );
        let json = r#"{"customer":"ABC","amount":5,"description":"x","units":"GBP"}"#;
        assert_eq!(
            faults(json),
            ["1:1 `units` is not a field; rename it to `unit` if it is meant as that, or remove it"]
        );
        // Otherwise 100 euros are posted as 100 SMS credits.
        for text in [
            "customer,amount,Currency,description\nABC,100,EUR,x\n",
            r#"{"customer":"ABC","amount":100,"currency":"EUR"}"#,
        ] {
            let found = faults(text);
            assert!(found[0].contains("ency` is not a field; rename it to `unit`"), "{found:?}");
        }
        let read = adjustments("Customer,AMOUNT,description,memo,\nABC,5,x,note,\n".as_bytes()).expect("valid");
        assert_eq!(read.rows.len(), 1);
        assert_eq!(read.left_out, [IgnoredColumn { name: "memo".to_owned(), rows: 1, nearest: None }]);
    }

    #[test]
    fn a_json_number_is_parsed_exactly() {
        let json = r#"{"customer":"ABC","unit":"GBP","amount":0.00000001,"description":"x"}"#;
        let rows = adjustments(json.as_bytes()).expect("valid").rows;
        assert_eq!(rows[0].adjustment.amount.e8(), 1);
    }

    #[test]
    fn all_faults_are_reported_with_their_positions() {
        let found = faults("customer,amount,description\nABC,1e3,x\nABC,5\nABC,5,\n,5,x\n");
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].starts_with("2:5 amount: `1e3`"), "{found:?}");
        assert!(found[1].starts_with("3:5 the row has 2 fields"), "{found:?}");
        assert!(found[2].starts_with("4:7 description is needed"), "{found:?}");
        assert!(found[3].starts_with("5:1 customer is needed"), "{found:?}");
    }

    #[test]
    fn a_missing_column_is_one_fault_of_the_header() {
        assert_eq!(
            faults("customer,amount\nABC,1\nABC,2\n"),
            ["1:1 the header has no column `description`; it has `customer,amount`"]
        );
    }

    #[test]
    fn twenty_faults_are_reported_and_all_are_counted() {
        let text = format!("customer,amount,description\n{}", "ABC,x,y\n".repeat(100));
        let faults = adjustments(text.as_bytes()).expect_err("faults");
        assert_eq!((faults.count, faults.first.len()), (100, Faults::REPORTED));
    }

    #[test]
    fn a_key_without_a_real_value_is_refused_in_every_format() {
        for key in ["NULL", "\\\\N", "1.23457E+11", "#N/A", "Mar-05", "1001.0", "-"] {
            let csv = format!("customer,amount,description,key\nABC,5,x,{}\n", key.replace("\\\\", "\\"));
            let json = format!(r#"{{"customer":"ABC","amount":5,"description":"x","key":"{key}"}}"#);
            for (text, place) in [(csv, "2:9 key: "), (json, "1:1 key: ")] {
                assert!(faults(&text)[0].starts_with(place), "{text}");
            }
        }
        for number in ["1.23457E+11", "1001.0"] {
            let json = format!(r#"{{"customer":"ABC","amount":5,"description":"x","key":{number}}}"#);
            assert!(faults(&json)[0].starts_with("1:1 key: "), "{json}");
        }
    }

    #[test]
    fn duplicate_fields_and_nested_values_are_rejected() {
        for json in [r#"{"amount":1,"amount":2}"#, r#"{"amount":{"value":1}}"#, r#"{"amount":1"#, r#"{"a":1} x"#] {
            assert!(faults(json)[0].starts_with("1:"), "{json}");
        }
    }
}
