//! Exports SMPP accounts to other gateway products and compares them with what a gateway holds.
//!
//! Each product stores an account as a [`GatewayAccount`]: named fields with the product's own names and formats. The
//! module of a product converts our accounts to gateway accounts, writes them as the product's file and reads that
//! file:
//!
//! ```text
//! Credentials ──export──▶ GatewayExport { entries, unfit, … } ──write──▶ file of the product
//!                                           │
//!                         differences ◀─────┴──── read ◀── what the gateway holds
//! ```

mod account;
mod difference;
mod export;
mod ip_patterns;
mod jasmin;
mod json;
mod ksmppd;
mod opensmppbox;

use zeroize::Zeroizing;

use crate::error::Faults;
use crate::model::word_enum::word_enum;
use crate::ops::smpp::Credentials;

pub use account::{GatewayAccount, GatewayField};
pub use difference::{Difference, DifferenceAction, differences, limited_to};
pub use export::{GatewayExport, UnfitAccount, UnsupportedFeature};

word_enum! {
    /// The gateway products whose files can be read and written.
    pub enum GatewayProduct {
        /// Kannel's opensmppbox: the file `smpp-logins`.
        Opensmppbox = "opensmppbox",
        /// Jasmin: commands for its console `jcli`.
        Jasmin = "jasmin",
        /// ksmppd: SQL statements for its table `smpp_user`.
        Ksmppd = "ksmppd",
        /// Any other gateway: a JSON document with every field of the accounts.
        Json = "json",
    }
}

impl GatewayProduct {
    /// The name of the product.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opensmppbox => "Kannel's opensmppbox",
            Self::Jasmin => "Jasmin",
            Self::Ksmppd => "ksmppd",
            Self::Json => "Any other",
        }
    }

    /// Converts accounts, including archived ones, to what the gateway should hold.
    pub fn export(self, accounts: &[Credentials]) -> GatewayExport {
        match self {
            Self::Opensmppbox => opensmppbox::export(accounts),
            Self::Jasmin => jasmin::export(accounts),
            Self::Ksmppd => ksmppd::export(accounts),
            Self::Json => json::export(accounts),
        }
    }

    /// The product's file with these entries. It contains passwords.
    pub fn write(self, entries: &[GatewayAccount]) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Opensmppbox => opensmppbox::write(entries),
            Self::Jasmin => jasmin::write(entries),
            Self::Ksmppd => ksmppd::write(entries),
            Self::Json => json::write(entries),
        })
    }

    /// Reads the accounts that a gateway holds, from the product's file or listing.
    pub fn read(self, text: &str) -> Result<Vec<GatewayAccount>, Faults> {
        match self {
            Self::Opensmppbox => opensmppbox::read(text),
            Self::Jasmin => jasmin::read(text),
            Self::Ksmppd => ksmppd::read(text),
            Self::Json => json::read(text),
        }
    }

    /// Whether an export replaces every account of the gateway. If not, accounts that it does not name stay unchanged.
    pub fn replaces_everything(self) -> bool {
        matches!(self, Self::Opensmppbox | Self::Json)
    }
}
