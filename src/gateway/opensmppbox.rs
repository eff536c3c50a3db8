//! Kannel's opensmppbox: writes and reads its file of rows with four words:
//! `system_id password system_type allowed_ips`.
//!
//! opensmppbox reads the file word by word at each bind, so a row with fewer words shifts all rows after it. It accepts
//! the first row whose four words match, so an account with two passwords has two rows.

use crate::error::{Fault, Faults, InputError};
use crate::gateway::export::{self, Capabilities};
use crate::gateway::{GatewayAccount, GatewayExport, ip_patterns};
use crate::model::Password;
use crate::ops::smpp::Credentials;

/// Placeholder for an empty system type. opensmppbox ignores it if `use-systemid-as-smsboxid` is set.
const NO_SYSTEM_TYPE: &str = "-";

const CAPABILITIES: Capabilities =
    Capabilities { max_tps: false, max_binds: false, allowed_ips: true, two_passwords: true, submit_switch: false };

pub(super) fn export(accounts: &[Credentials]) -> GatewayExport {
    let mut export = export::convert(accounts, &CAPABILITIES, entry, |_| None);
    export.notes.push("opensmppbox needs `use-systemid-as-smsboxid = true`; see `ssgctl help smpp export`".to_owned());
    export
}

fn entry(credentials: &Credentials) -> Result<GatewayAccount, String> {
    let details = &credentials.account.details;
    let system_type = details.system_type.as_ref().map_or(NO_SYSTEM_TYPE, |kind| kind.as_str());
    if system_type.contains(' ') {
        return Err("its system type contains a space, which separates words in the file".to_owned());
    }
    let passwords = [Some(&credentials.password), credentials.previous.as_ref().map(|previous| &previous.password)];
    // A password cannot contain a space, so the field can hold both.
    let passwords: Vec<&str> = passwords.into_iter().flatten().map(Password::reveal).collect();
    Ok(GatewayAccount::new(&credentials.account.system_id)
        .secret("passwords", passwords.join(" "))
        .field("system_type", system_type)
        .field("allowed_ips", ip_patterns::list(&details.allowed_ips)?))
}

pub(super) fn write(entries: &[GatewayAccount]) -> String {
    let rows = entries.iter().flat_map(|entry| {
        let (system_type, allowed_ips) = (entry.get("system_type"), entry.get("allowed_ips"));
        let passwords = entry.get("passwords").split(' ');
        passwords.map(move |password| format!("{} {password} {system_type} {allowed_ips}\n", entry.system_id))
    });
    rows.collect()
}

pub(super) fn read(text: &str) -> Result<Vec<GatewayAccount>, Faults> {
    let mut faults = Faults::default();
    let mut entries: Vec<GatewayAccount> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words.as_slice() {
            [] => {}
            [system_id, password, system_type, allowed_ips] => {
                match entries.iter_mut().find(|entry| entry.system_id == *system_id) {
                    Some(entry) => entry.fields[0].value.push_str(&format!(" {password}")),
                    None => entries.push(
                        GatewayAccount::new(system_id)
                            .secret("passwords", password)
                            .field("system_type", system_type)
                            .field("allowed_ips", allowed_ips),
                    ),
                }
            }
            _ => {
                let message =
                    format!("the row has {} words instead of 4, which would shift the rows after it", words.len());
                faults.add(Fault::of_file(number, 1, InputError::BadRow, message));
            }
        }
    }
    faults.unless_any(entries)
}
