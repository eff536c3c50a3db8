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
mod review;

use zeroize::Zeroizing;

use crate::error::{Fault, Faults, InputError};
use crate::model::word_enum::word_enum;
use crate::ops::smpp::Credentials;

pub use account::{GatewayAccount, GatewayField};
pub use difference::{Difference, DifferenceAction, differences, limited_to};
pub use export::{ExportOptions, GatewayExport, UnfitAccount, UnsupportedFeature};
pub use review::Review;

word_enum! {
    /// The gateway products whose files can be read and written.
    pub enum GatewayProduct {
        /// Kannel's opensmppbox: the file `smpp-logins`.
        Opensmppbox = "opensmppbox",
        /// Jasmin from version 0.12: commands for its console `jcli`.
        Jasmin = "jasmin",
        /// Jasmin before version 0.12, which cannot limit addresses.
        OldJasmin = "jasmin-0.11",
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
            Self::Jasmin => "Jasmin 0.12 or later",
            Self::OldJasmin => "Jasmin before 0.12, without IP limits",
            Self::Ksmppd => "ksmppd",
            Self::Json => "Any other",
        }
    }

    /// Converts accounts, including archived ones, to what the gateway should hold.
    pub fn export(self, accounts: &[Credentials], options: &ExportOptions) -> GatewayExport {
        let mut export = match self {
            Self::Opensmppbox => opensmppbox::export(accounts),
            Self::Jasmin | Self::OldJasmin => return jasmin::export(accounts, self == Self::OldJasmin, options),
            Self::Ksmppd => ksmppd::export(accounts),
            Self::Json => json::export(accounts),
        };
        if export.out_of_use > 0 || !options.end_sessions_of.is_empty() {
            let note = "open sessions are not ended: close those of accounts that are disabled or have a new password";
            export.notes.push(note.to_owned());
        }
        export
    }

    /// Whether an export can update an account that a gateway of this make holds, and keep the rest, such as its quotas.
    pub fn can_update(self) -> bool {
        matches!(self, Self::Jasmin | Self::OldJasmin)
    }

    /// The quotas that accounts hold and that an export that does not know them would reset.
    pub fn quotas(self, held: &[GatewayAccount]) -> Vec<String> {
        if self.can_update() { jasmin::quotas(held) } else { Vec::new() }
    }

    /// The product's file with these entries. It contains passwords.
    pub fn write(self, entries: &[GatewayAccount]) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Opensmppbox => opensmppbox::write(entries),
            Self::Jasmin | Self::OldJasmin => jasmin::write(entries),
            Self::Ksmppd => ksmppd::write(entries),
            Self::Json => json::write(entries),
        })
    }

    /// Reads the accounts that a gateway holds, from the product's file or listing.
    pub fn read(self, bytes: &[u8]) -> Result<Vec<GatewayAccount>, Faults> {
        match self {
            Self::Opensmppbox => opensmppbox::read(utf8(bytes)?),
            Self::Jasmin | Self::OldJasmin => jasmin::read(bytes),
            Self::Ksmppd => ksmppd::read(utf8(bytes)?),
            Self::Json => json::read(utf8(bytes)?),
        }
    }

    /// Whether an export replaces every account of the gateway. If not, accounts that it does not name stay unchanged.
    pub fn replaces_everything(self) -> bool {
        matches!(self, Self::Opensmppbox | Self::Json)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Faults> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
        Fault::of_file(line, 1, InputError::BadEncoding, "the file is not UTF-8 text").into()
    })
}
