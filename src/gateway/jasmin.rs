//! Jasmin: writes commands for its console `jcli` and reads the list that `user -l` prints.
//!
//! `user -a` replaces a user of the same name, including its quotas. A user has one password. Changes are lost when
//! Jasmin restarts unless `persist` follows them.

use std::collections::BTreeSet;

use crate::error::{Fault, Faults, InputError};
use crate::gateway::export::{self, Capabilities};
use crate::gateway::{GatewayAccount, GatewayExport};
use crate::model::Limit;
use crate::ops::smpp::Credentials;

const CAPABILITIES: Capabilities =
    Capabilities { max_tps: true, max_binds: true, allowed_ips: false, two_passwords: false, submit_switch: true };

/// The longest `gid` in characters that Jasmin accepts.
const MAX_GROUP_LENGTH: usize = 16;

pub(super) fn export(accounts: &[Credentials]) -> GatewayExport {
    let disabled = |credentials: &Credentials| {
        Some(GatewayAccount::disabled(&credentials.account.system_id).field("enabled", "no"))
    };
    export::convert(accounts, &CAPABILITIES, entry, disabled)
}

#[expect(clippy::unnecessary_wraps, reason = "other products refuse accounts here")]
fn entry(credentials: &Credentials) -> Result<GatewayAccount, String> {
    let account = &credentials.account;
    let details = &account.details;
    let quota = |limit: Option<Limit>| limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
    Ok(GatewayAccount::new(&account.system_id)
        .field("gid", group(credentials))
        .secret("password", credentials.password.reveal())
        .field("enabled", "yes")
        .field("bind", "yes")
        .field("send", if details.submit_enabled { "yes" } else { "no" })
        .field("throughput", quota(details.max_tps))
        .field("max_bindings", quota(details.max_binds)))
}

/// The group of a customer: its account code, or its row ID if Jasmin does not accept the code as a `gid`.
fn group(credentials: &Credentials) -> String {
    let code = credentials.account.customer.as_str();
    let fits = code.len() <= MAX_GROUP_LENGTH && !code.contains('.');
    if fits { code.to_owned() } else { format!("customer_{}", credentials.account.customer_id) }
}

pub(super) fn write(entries: &[GatewayAccount]) -> String {
    let mut groups = BTreeSet::new();
    let mut script = String::new();
    for entry in entries {
        if entry.disable_only {
            script.push_str(&format!("user -d {}\n", entry.system_id));
            continue;
        }
        let gid = entry.get("gid");
        if groups.insert(gid) {
            script.push_str(&format!("group -a\ngid {gid}\nok\n"));
        }
        let (send, throughput) = (entry.get("send"), entry.get("throughput"));
        script.push_str(&format!(
            "user -a\nuid {id}\ngid {gid}\nusername {id}\npassword {password}\n\
             mt_messaging_cred authorization http_send {send}\n\
             mt_messaging_cred authorization smpps_send {send}\n\
             mt_messaging_cred quota http_throughput {throughput}\n\
             mt_messaging_cred quota smpps_throughput {throughput}\n\
             smpps_cred authorization bind {bind}\n\
             smpps_cred quota max_bindings {max_bindings}\nok\n",
            id = entry.system_id,
            password = entry.get("password"),
            bind = entry.get("bind"),
            max_bindings = entry.get("max_bindings"),
        ));
    }
    script.push_str("persist\n");
    script
}

/// Reads the list of `user -l`: `#uid gid username balance sms throughput`. A `!` precedes a disabled user or group.
pub(super) fn read(text: &str) -> Result<Vec<GatewayAccount>, Faults> {
    let mut faults = Faults::default();
    let mut entries = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some(line) = line.trim().strip_prefix('#').filter(|line| !line.starts_with("User id")) else { continue };
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let (Some(uid), Some(gid), Some(throughput)) = (words.first(), words.get(1), words.get(5..).and(words.last()))
        else {
            let message = "not a row of `user -l`, which has uid, gid, username, balance, messages and throughput";
            faults.add(Fault::of_file(number, 1, InputError::BadRow, message));
            continue;
        };
        let enabled = if uid.starts_with('!') { "no" } else { "yes" };
        let over_smpp = throughput.split_once('/').map_or(*throughput, |(_, over_smpp)| over_smpp);
        let over_smpp = if over_smpp == "ND" { "none" } else { over_smpp.trim_end_matches(".0") };
        entries.push(
            GatewayAccount::new(uid.trim_start_matches('!'))
                .field("gid", gid.trim_start_matches('!'))
                .field("enabled", enabled)
                .field("throughput", over_smpp),
        );
    }
    faults.unless_any(entries)
}
