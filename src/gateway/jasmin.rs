//! Jasmin: writes commands for its console `jcli` and reads the list that `user -l` prints.
//!
//! `user -a` replaces a user of the same name, including its quotas; `user -u` changes single keys of a user that exists. A
//! user has one password, and keeps the sessions that are open until `user --smpp-unbind`. Changes are lost when Jasmin
//! restarts unless `persist` follows them. Jasmin limits addresses since version 0.12.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Fault, Faults, InputError};
use crate::gateway::export::{self, Capabilities};
use crate::gateway::{ExportOptions, GatewayAccount, GatewayExport};
use crate::model::{IpRange, Limit};
use crate::ops::smpp::Credentials;

/// What Jasmin from version 0.12 on supports.
const CAPABILITIES: Capabilities =
    Capabilities { max_tps: true, max_binds: true, allowed_ips: true, two_passwords: false, submit_switch: true };

/// What earlier versions support.
const OLD_CAPABILITIES: Capabilities = Capabilities { allowed_ips: false, ..CAPABILITIES };

/// The longest `gid` in characters that Jasmin accepts.
const MAX_GROUP_LENGTH: usize = 16;

/// The ranges of an account that may bind from anywhere. Written always: Jasmin keeps the old ranges of a user that is updated.
const ANY_ADDRESS: &str = "0.0.0.0/0,::/0";

/// The word of `user -l` for a quota that is not limited.
const UNLIMITED: &str = "ND";

/// Exports for Jasmin; `is_old` for a version before 0.12.
pub(super) fn export(accounts: &[Credentials], is_old: bool, options: &ExportOptions) -> GatewayExport {
    let disabled = |credentials: &Credentials| {
        Some(GatewayAccount::disabled(&credentials.account.system_id).field("enabled", "no"))
    };
    let capabilities = if is_old { &OLD_CAPABILITIES } else { &CAPABILITIES };
    let entry = |credentials: &Credentials| entry(credentials, is_old, options);
    let mut export = export::convert(accounts, capabilities, entry, disabled);
    let held = options.held.as_deref().unwrap_or_default();
    let held: BTreeMap<&str, &GatewayAccount> = held.iter().map(|user| (user.system_id.as_str(), user)).collect();
    for entry in &mut export.entries {
        entry.ends_sessions = entry.disable_only || options.end_sessions_of.contains(&entry.system_id);
        entry.is_update = held.contains_key(entry.system_id.as_str());
    }
    export.warnings.extend(if options.held.is_some() {
        None
    } else {
        Some(
            "users that Jasmin holds already are replaced and lose their balance and sms_count; \
             --held FILE with the output of `user -l` keeps them"
                .to_owned(),
        )
    });
    export
}

/// The quotas of users that an export without the held state would reset, each as the user and its quotas.
pub(super) fn quotas(held: &[GatewayAccount]) -> Vec<String> {
    let quota = |user: &GatewayAccount, key| {
        let value = user.get(key).to_owned();
        (!value.is_empty() && value != UNLIMITED).then(|| format!("{key} {value}"))
    };
    let users = held.iter().filter_map(|user| {
        let quotas: Vec<String> = ["balance", "sms_count"].into_iter().filter_map(|key| quota(user, key)).collect();
        (!quotas.is_empty()).then(|| format!("{} ({})", user.system_id, quotas.join(", ")))
    });
    users.collect()
}

fn entry(credentials: &Credentials, is_old: bool, options: &ExportOptions) -> Result<GatewayAccount, String> {
    let account = &credentials.account;
    let details = &account.details;
    if is_old && !details.allowed_ips.is_empty() && !options.without_ip_limits {
        return Err(
            "it has allowed_ips, which Jasmin before 0.12 does not support; it could bind from anywhere".to_owned()
        );
    }
    let quota = |limit: Option<Limit>| limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
    let entry = GatewayAccount::new(&account.system_id)
        .field("gid", group(credentials))
        .secret("password", credentials.password.reveal())
        .field("enabled", "yes")
        .field("bind", "yes")
        .field("send", if details.submit_enabled { "yes" } else { "no" })
        .field("throughput", quota(details.max_tps))
        .field("max_bindings", quota(details.max_binds));
    Ok(if is_old { entry } else { entry.field("ip", addresses(&details.allowed_ips)) })
}

fn addresses(ranges: &[IpRange]) -> String {
    if ranges.is_empty() {
        return ANY_ADDRESS.to_owned();
    }
    ranges.iter().map(IpRange::cidr).collect::<Vec<_>>().join(",")
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
        let id = &entry.system_id;
        if entry.disable_only {
            script.push_str(&format!("user -d {id}\n"));
        } else {
            let gid = entry.get("gid");
            if groups.insert(gid) {
                script.push_str(&format!("group -a\ngid {gid}\nok\n"));
            }
            script.push_str(&user(entry));
        }
        if entry.ends_sessions {
            script.push_str(&format!("user --smpp-unbind {id}\n"));
        }
    }
    script.push_str("persist\n");
    script
}

/// The commands that add a user, or update one that Jasmin holds and enable it.
fn user(entry: &GatewayAccount) -> String {
    let (id, gid) = (&entry.system_id, entry.get("gid"));
    let (send, throughput) = (entry.get("send"), entry.get("throughput"));
    let begin = if entry.is_update {
        format!("user -e {id}\nuser -u {id}\ngid {gid}\n")
    } else {
        format!("user -a\nuid {id}\ngid {gid}\nusername {id}\n")
    };
    let ip = match entry.get("ip") {
        "" => String::new(),
        ranges => format!("smpps_cred authorization ip {ranges}\n"),
    };
    format!(
        "{begin}password {password}\n\
         mt_messaging_cred authorization http_send {send}\n\
         mt_messaging_cred authorization smpps_send {send}\n\
         mt_messaging_cred quota http_throughput {throughput}\n\
         mt_messaging_cred quota smpps_throughput {throughput}\n\
         smpps_cred authorization bind {bind}\n\
         {ip}smpps_cred quota max_bindings {max_bindings}\nok\n",
        password = entry.get("password"),
        bind = entry.get("bind"),
        max_bindings = entry.get("max_bindings"),
    )
}

/// Reads the list of `user -l`: `#uid gid username balance sms throughput`. A `!` precedes a disabled user or group. Everything
/// else of a recorded session is ignored: prompts, other commands, and the bytes of the telnet protocol.
pub(super) fn read(session: &[u8]) -> Result<Vec<GatewayAccount>, Faults> {
    let text = plain_text(session);
    let mut faults = Faults::default();
    let mut entries = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some(line) = line.trim().strip_prefix('#').filter(|line| !line.starts_with("User id")) else { continue };
        // `ND (!)` warns that neither quota is limited.
        let words: Vec<&str> = line.split_ascii_whitespace().filter(|word| *word != "(!)").collect();
        let [uid, gid, _, balance, sms_count, throughput] = words[..] else {
            let message = "not a row of `user -l`, which has uid, gid, username, balance, messages and throughput";
            faults.add(Fault::of_file(number, 1, InputError::BadRow, message));
            continue;
        };
        let enabled = if uid.starts_with('!') { "no" } else { "yes" };
        let over_smpp = throughput.split_once('/').map_or(throughput, |(_, over_smpp)| over_smpp);
        let over_smpp = if over_smpp == UNLIMITED { "none" } else { over_smpp.trim_end_matches(".0") };
        entries.push(
            GatewayAccount::new(uid.trim_start_matches('!'))
                .field("gid", gid.trim_start_matches('!'))
                .field("enabled", enabled)
                .field("throughput", over_smpp)
                .field("balance", balance)
                .field("sms_count", sms_count),
        );
    }
    if let Err(fault) = check_total(&text, entries.len())
        && faults.is_empty()
    {
        faults.add(fault);
    }
    faults.unless_any(entries)
}

/// Refuses a file that is not the output of `user -l`, and a list that is cut off: the users that are missing in it would be
/// taken for new ones, and lose their quotas.
fn check_total(text: &str, users: usize) -> Result<(), Fault> {
    let totals: Vec<usize> =
        text.lines().filter_map(|line| line.trim().strip_prefix("Total Users:")?.trim().parse().ok()).collect();
    let message = match (users, totals.iter().sum::<usize>()) {
        (0, _) if totals.is_empty() => "this is not the output of `user -l`, which ends with `Total Users:`".to_owned(),
        (users, total) if !totals.is_empty() && users != total => {
            format!("the list has {users} of {total} users: it was cut off")
        }
        _ => return Ok(()),
    };
    Err(Fault::of_file(1, 1, InputError::CutOff, message))
}

/// The text of a recorded telnet session, without negotiation (`IAC` and two bytes) and escape sequences.
fn plain_text(session: &[u8]) -> String {
    const IAC: u8 = 0xff;
    const ESCAPE: u8 = 0x1b;
    let mut text = Vec::with_capacity(session.len());
    let mut rest = session;
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            IAC => after.get(2..).unwrap_or_default(),
            ESCAPE => {
                let sequence = after.strip_prefix(b"[").unwrap_or(after);
                let end = sequence.iter().position(|byte| (0x40..=0x7e).contains(byte));
                end.map_or(&[][..], |end| &sequence[end + 1..])
            }
            _ => {
                if byte == b'\n' || byte == b'\t' || (b' '..0x7f).contains(&byte) {
                    text.push(byte);
                }
                after
            }
        };
    }
    String::from_utf8_lossy(&text).into_owned()
}
