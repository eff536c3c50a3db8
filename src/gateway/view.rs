//! What a make of gateway is to hold of our accounts, and what it cannot hold.

use std::collections::BTreeMap;

use crate::gateway::GatewayAccount;
use crate::ops::smpp::Credentials;

/// The entries of a gateway, and what is lost on the way.
#[derive(Debug, Default)]
pub struct View {
    pub entries: Vec<GatewayAccount>,
    /// Accounts that this make cannot hold as they are.
    pub unfit: Vec<Unfit>,
    /// What this make does not know of accounts that it holds all the same.
    pub losses: Vec<Loss>,
    /// How many accounts are not in use, and so left out or turned off.
    pub out_of_use: u64,
}

/// An account that a make cannot hold, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Unfit {
    pub system_id: String,
    pub reason: String,
}

/// Something that a make does not know, and the accounts that have it.
#[derive(Debug, PartialEq, Eq)]
pub struct Loss {
    pub what: &'static str,
    pub system_ids: Vec<String>,
}

/// What a make knows of what accounts can have.
pub(super) struct Knows {
    pub(super) max_tps: bool,
    pub(super) max_binds: bool,
    pub(super) allowed_ips: bool,
    pub(super) two_passwords: bool,
    /// Whether it can let an account bind that may not submit.
    pub(super) submit_switch: bool,
}

/// Whether an account may be used at all.
pub(super) fn is_in_use(credentials: &Credentials) -> bool {
    let account = &credentials.account;
    account.lifecycle.archived_at.is_none() && account.details.enabled
}

/// Whether an account may bind.
pub(super) fn may_bind(credentials: &Credentials) -> bool {
    is_in_use(credentials) && credentials.account.details.binding_enabled
}

/// Makes the view of accounts of which `entry` makes an entry, for those that may bind, and `off` for the others.
pub(super) fn of(
    accounts: &[Credentials],
    knows: &Knows,
    entry: impl Fn(&Credentials) -> Result<GatewayAccount, String>,
    off: impl Fn(&Credentials) -> Option<GatewayAccount>,
) -> View {
    let mut view = View::default();
    let mut losses: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for credentials in accounts {
        let system_id = credentials.account.system_id.to_string();
        let fits = credentials.account.system_id.fits_a_bind();
        if !may_bind(credentials) {
            view.out_of_use += 1;
            view.entries.extend(off(credentials).filter(|_| fits));
            continue;
        }
        if !credentials.account.details.submit_enabled && !knows.submit_switch {
            // Let in, it could submit.
            losses.entry("accounts that may bind and not submit; they are kept out").or_default().push(system_id);
            view.out_of_use += 1;
            view.entries.extend(off(credentials).filter(|_| fits));
            continue;
        }
        let made = if fits { entry(credentials) } else { Err("its system ID is too long for a bind".to_owned()) };
        match made {
            Ok(entry) => {
                for what in lost(credentials, knows) {
                    losses.entry(what).or_default().push(system_id.clone());
                }
                view.entries.push(entry);
            }
            Err(reason) => view.unfit.push(Unfit { system_id, reason }),
        }
    }
    view.losses = losses.into_iter().map(|(what, system_ids)| Loss { what, system_ids }).collect();
    view
}

/// What an account has and a make does not know.
fn lost(credentials: &Credentials, knows: &Knows) -> Vec<&'static str> {
    let details = &credentials.account.details;
    let features = [
        (details.max_tps.is_some() && !knows.max_tps, "max_tps"),
        (details.max_binds.is_some() && !knows.max_binds, "max_binds"),
        (!details.allowed_ips.is_empty() && !knows.allowed_ips, "allowed_ips"),
        (details.use_cug, "closed user groups"),
        (credentials.previous.is_some() && !knows.two_passwords, "a second password; the old one is taken no more"),
    ];
    features.into_iter().filter_map(|(is_lost, what)| is_lost.then_some(what)).collect()
}
