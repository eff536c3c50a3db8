//! Detects rows with cells that have no real value ([`CellDamage`]). The error says what happened and how to avoid it.

use std::fmt::Display;

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::InputRow;
use crate::formats::cell_damage::CellDamage;
use crate::formats::telephone::is_telephone;

/// Columns of codes or long numbers, which never contain an amount or a date.
const CODES: &[&str] = &[
    "account_code",
    "api_id",
    "code",
    "company_reg_no",
    "customer",
    "key",
    "msisdn",
    "number",
    "password",
    "reference",
    "service",
    "short_name",
    "system_id",
    "vat_reg_no",
];

/// Columns of several codes.
const LISTS: &[&str] = &["cug", "mo_numbers"];

/// The column whose values a message never repeats.
const SECRET: &str = "password";

/// Rejects a row with visible damage in a column that is read.
pub(crate) fn check(row: &InputRow, is_read: impl Fn(&str) -> bool) -> Result<(), Fault> {
    for (name, text) in row.cells() {
        let text = text.trim();
        if text.is_empty() || !is_read(name) {
            continue;
        }
        if let Some(damage) = damage(name, text) {
            return Err(damaged(row, name, text, &damage));
        }
    }
    Ok(())
}

/// Rejects a row of a foreign file with a word for "no value" or the error of a formula in a column that is mapped. The mapping
/// joins columns to names and addresses, in which these words could not be found any more.
pub(crate) fn check_mapped(row: &InputRow, is_mapped: impl Fn(usize) -> bool) -> Result<(), Fault> {
    for (index, (name, text)) in row.cells().enumerate() {
        if is_mapped(index)
            && let Some(damage) = CellDamage::of_text(text)
        {
            return Err(damaged(row, name, text.trim(), &damage));
        }
    }
    Ok(())
}

/// The damage of a cell in one of our columns.
fn damage(name: &str, text: &str) -> Option<CellDamage> {
    match () {
        () if CODES.contains(&name) || is_telephone(name) => CellDamage::of_code(text),
        () if LISTS.contains(&name) => CellDamage::of_codes(text),
        () => CellDamage::of_text(text),
    }
}

fn damaged(row: &InputRow, name: &str, text: &str, reason: &dyn Display) -> Fault {
    let shown = if name == SECRET { "the value".to_owned() } else { quoted(text) };
    let message = format!("{name}: {shown} {reason}");
    row.fault(name, Error::Input { code: InputError::BadValue, message })
}
