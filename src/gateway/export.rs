//! Converts our accounts to what a gateway should hold, and records what the gateway cannot hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::gateway::GatewayAccount;
use crate::ops::smpp::Credentials;

/// What an export knows besides the accounts.
#[derive(Debug, Default)]
pub struct ExportOptions {
    /// What the gateway holds, if that is known. Its accounts are then updated, not replaced.
    pub held: Option<Vec<GatewayAccount>>,
    /// The accounts whose old password must not be used any longer, not even in an open session.
    pub end_sessions_of: BTreeSet<String>,
    /// Whether to export accounts without their `allowed_ips` to a gateway that does not support them.
    pub without_ip_limits: bool,
}

/// The accounts that a gateway should hold, and what gets lost in the conversion.
#[derive(Debug, Default)]
pub struct GatewayExport {
    pub entries: Vec<GatewayAccount>,
    /// Accounts that the product cannot hold.
    pub unfit: Vec<UnfitAccount>,
    /// Features of exported accounts that the product does not support.
    pub unsupported: Vec<UnsupportedFeature>,
    /// The number of accounts that are not in use, and therefore left out or disabled.
    pub out_of_use: u64,
    /// What the operator must know to load the export.
    pub notes: Vec<String>,
    /// What the export would do to accounts of the gateway that its format does not show.
    pub warnings: Vec<String>,
}

/// An account that a product cannot hold, and the reason.
#[derive(Debug, PartialEq, Eq)]
pub struct UnfitAccount {
    pub system_id: String,
    pub reason: String,
}

/// A feature that a product does not support, and the accounts that use it.
#[derive(Debug, PartialEq, Eq)]
pub struct UnsupportedFeature {
    pub feature: &'static str,
    pub system_ids: Vec<String>,
}

/// Which features of an account a product supports.
pub(super) struct Capabilities {
    pub(super) max_tps: bool,
    pub(super) max_binds: bool,
    pub(super) allowed_ips: bool,
    pub(super) two_passwords: bool,
    /// Whether an account can be allowed to bind but not to submit.
    pub(super) submit_switch: bool,
}

/// Whether an account may bind: it is active, enabled, and its binding is enabled.
pub(super) fn may_bind(credentials: &Credentials) -> bool {
    let account = &credentials.account;
    account.lifecycle.archived_at.is_none() && account.details.enabled && account.details.binding_enabled
}

/// Converts accounts that may bind with `entry`. The others are disabled with `disabled`, or left out if it returns
/// none.
pub(super) fn convert(
    accounts: &[Credentials],
    capabilities: &Capabilities,
    entry: impl Fn(&Credentials) -> Result<GatewayAccount, String>,
    disabled: impl Fn(&Credentials) -> Option<GatewayAccount>,
) -> GatewayExport {
    let mut export = GatewayExport::default();
    let mut unsupported: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for credentials in accounts {
        let system_id = credentials.account.system_id.to_string();
        let too_long = too_long_for_a_bind(credentials);
        // A gateway without a submit switch would let the account submit as soon as it may bind.
        let must_not_bind = !credentials.account.details.submit_enabled && !capabilities.submit_switch;
        if !may_bind(credentials) || must_not_bind {
            if may_bind(credentials) {
                let feature = "accounts that may bind but not submit; they are disabled";
                unsupported.entry(feature).or_default().push(system_id);
            }
            export.out_of_use += 1;
            export.entries.extend(disabled(credentials).filter(|_| too_long.is_none()));
            continue;
        }
        match too_long.map_or_else(|| entry(credentials), Err) {
            Ok(entry) => {
                for feature in unsupported_features(credentials, capabilities) {
                    unsupported.entry(feature).or_default().push(system_id.clone());
                }
                export.entries.push(entry);
            }
            Err(reason) => export.unfit.push(UnfitAccount { system_id, reason }),
        }
    }
    export.unsupported =
        unsupported.into_iter().map(|(feature, system_ids)| UnsupportedFeature { feature, system_ids }).collect();
    export
}

/// Which of system ID and password is too long for a bind request. Both may be if another system has assigned them.
fn too_long_for_a_bind(credentials: &Credentials) -> Option<String> {
    let fits = [
        (credentials.account.system_id.fits_a_bind(), "the system ID is too long for a bind"),
        (credentials.password.fits_a_bind(), "the password is too long for a bind"),
    ];
    fits.into_iter().find(|(fits, _)| !fits).map(|(_, reason)| reason.to_owned())
}

/// The features that an account uses and a product does not support.
fn unsupported_features(credentials: &Credentials, capabilities: &Capabilities) -> Vec<&'static str> {
    let details = &credentials.account.details;
    let features = [
        (details.max_tps.is_some() && !capabilities.max_tps, "max_tps"),
        (details.max_binds.is_some() && !capabilities.max_binds, "max_binds"),
        (!details.allowed_ips.is_empty() && !capabilities.allowed_ips, "allowed_ips"),
        (details.use_cug, "closed user groups"),
        (
            credentials.previous.is_some() && !capabilities.two_passwords,
            "a second password; the gateway stops accepting the previous one",
        ),
    ];
    features.into_iter().filter_map(|(is_unsupported, feature)| is_unsupported.then_some(feature)).collect()
}
