//! ksmppd: writes SQL statements for its table `smpp_user` and reads the result of a query of that table.
//!
//! A row has one password, hashed with MySQL's `PASSWORD()`, and no switch to disable it. The statements leave all
//! other columns unchanged, such as the credit. MySQL compares system IDs without case: `acme` and `ACME` are the same
//! row.

use std::collections::BTreeMap;
use std::str::FromStr;

use sha1::{Digest, Sha1};

use crate::error::Faults;
use crate::formats::{InputRow, Quoting, RecordReader};
use crate::gateway::export::{self, Capabilities};
use crate::gateway::{GatewayAccount, GatewayExport, UnfitAccount, ip_patterns};
use crate::model::{Invalid, Limit, Password};
use crate::ops::smpp::Credentials;

const CAPABILITIES: Capabilities =
    Capabilities { max_tps: true, max_binds: true, allowed_ips: true, two_passwords: false, submit_switch: false };

/// A value that is the hash of no password, so nobody can bind.
const NO_PASSWORD: &str = "!";

pub(super) fn export(accounts: &[Credentials]) -> GatewayExport {
    let disabled = |credentials: &Credentials| {
        Some(GatewayAccount::disabled(&credentials.account.system_id).secret("password", NO_PASSWORD))
    };
    let mut export = export::convert(accounts, &CAPABILITIES, entry, disabled);
    let mut spellings: BTreeMap<String, usize> = BTreeMap::new();
    for entry in &export.entries {
        *spellings.entry(entry.system_id.to_ascii_lowercase()).or_default() += 1;
    }
    let (distinct, ambiguous): (Vec<GatewayAccount>, Vec<GatewayAccount>) =
        export.entries.into_iter().partition(|entry| spellings[&entry.system_id.to_ascii_lowercase()] == 1);
    export.entries = distinct;
    let reason = "another system ID differs only in case, which MySQL ignores";
    export.unfit.extend(
        ambiguous.into_iter().map(|entry| UnfitAccount { system_id: entry.system_id, reason: reason.to_owned() }),
    );
    export
}

fn entry(credentials: &Credentials) -> Result<GatewayAccount, String> {
    let details = &credentials.account.details;
    // Zero means unlimited in ksmppd.
    let limit = |limit: Option<Limit>| limit.map_or(0, Limit::get);
    Ok(GatewayAccount::new(&credentials.account.system_id)
        .secret("password", hash(&credentials.password))
        .field("throughput", limit(details.max_tps))
        .field("max_binds", limit(details.max_binds))
        .field("connect_allow_ip", ip_patterns::list(&details.allowed_ips)?))
}

/// The hash of MySQL's `PASSWORD()`: a star and the SHA-1 of the SHA-1 in upper-case hexadecimal.
fn hash(password: &Password) -> String {
    let digest = Sha1::digest(Sha1::digest(password.reveal()));
    digest.iter().fold("*".to_owned(), |text, byte| format!("{text}{byte:02X}"))
}

pub(super) fn write(entries: &[GatewayAccount]) -> String {
    let mut script = "START TRANSACTION;\n".to_owned();
    for entry in entries {
        let (id, password) = (quoted(&entry.system_id), quoted(entry.get("password")));
        script.push_str(&if entry.disable_only {
            format!("UPDATE smpp_user SET password = {password} WHERE system_id = {id};\n")
        } else {
            format!(
                "INSERT INTO smpp_user (system_id, password, throughput, max_binds, connect_allow_ip, default_cost, \
                 simulate_deliver_every, simulate_permanent_failure_every, simulate_temporary_failure_every, \
                 simulate_mo_every) VALUES ({id}, {password}, {}, {}, {}, 0, 0, 0, 0, 0) ON DUPLICATE KEY UPDATE \
                 password = VALUES(password), throughput = VALUES(throughput), max_binds = VALUES(max_binds), \
                 connect_allow_ip = VALUES(connect_allow_ip);\n",
                entry.get("throughput"),
                entry.get("max_binds"),
                quoted(entry.get("connect_allow_ip"))
            )
        });
    }
    script.push_str("COMMIT;\n");
    script
}

/// An SQL string literal.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// Reads the columns of the table as CSV or as the output of `mysql --batch`.
pub(super) fn read(text: &str) -> Result<Vec<GatewayAccount>, Faults> {
    let mut faults = Faults::default();
    let mut entries = Vec::new();
    let mut rows = RecordReader::open(text.as_bytes())?;
    // Separated by tabs, it is of `mysql --batch`.
    rows.assume(Quoting::None);
    loop {
        match rows.next_row().and_then(|row| row.map(|row| entry_of(&row)).transpose()) {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) => return faults.unless_any(entries),
            Err(fault) => {
                if !faults.add(fault) {
                    return Err(faults);
                }
            }
        }
    }
}

fn entry_of(row: &InputRow) -> Result<GatewayAccount, crate::error::Fault> {
    let mut entry = GatewayAccount::new(row.required::<RawText>("system_id")?.0)
        .secret("password", row.required::<RawText>("password")?.0);
    for key in ["throughput", "max_binds"] {
        if let Some(RawText(number)) = row.optional(key)? {
            // MySQL prints a DOUBLE with its decimals: 5.00000 is the limit 5.
            let whole = number.split_once('.').filter(|(_, decimals)| decimals.bytes().all(|digit| digit == b'0'));
            entry = entry.field(key, whole.map_or(number.as_str(), |(whole, _)| whole));
        }
    }
    if row.names().any(|name| name == "connect_allow_ip") {
        let list = row.optional::<RawText>("connect_allow_ip")?.map(|word| word.0).filter(|list| list != "NULL");
        entry = entry.field("connect_allow_ip", list.unwrap_or_else(|| ip_patterns::ANY.to_owned()));
    }
    Ok(entry)
}

/// A field that is accepted without any check.
struct RawText(String);

impl FromStr for RawText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_hashed_as_mysql_does() {
        // SELECT PASSWORD('password') of MySQL 5.7.
        let password: Password = "password".parse().expect("valid");
        assert_eq!(hash(&password), "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19");
    }

    #[test]
    fn quotes_and_backslashes_are_escaped() {
        assert_eq!(quoted(r"a'b\c"), r"'a''b\\c'");
    }
}
