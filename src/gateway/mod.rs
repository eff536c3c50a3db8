//! Gateways of other makes: which of our accounts each can take and how, the files that they read, and what they hold now.
//!
//! Each make knows an account as a [`GatewayAccount`]: named fields as that make writes them. They are made from our
//! accounts, written as the make's own file, read back from what it holds, and compared.

mod difference;
mod entry;
mod jasmin;
mod json;
mod ksmppd;
mod opensmppbox;
mod patterns;
mod view;

use zeroize::Zeroizing;

use crate::error::Faults;
use crate::model::word_enum::word_enum;
use crate::ops::smpp::Credentials;

pub use difference::{Action, Difference, differences};
pub use entry::{GatewayAccount, GatewayField};
pub use view::{Loss, Unfit, View};

word_enum! {
    /// The makes of gateways whose files are known.
    pub enum Make {
        /// Kannel's opensmppbox: the file `smpp-logins`.
        Opensmppbox = "opensmppbox",
        /// Jasmin: commands for its console `jcli`.
        Jasmin = "jasmin",
        /// ksmppd: SQL statements for its table `smpp_user`.
        Ksmppd = "ksmppd",
        /// A gateway of one's own: a JSON document with everything that is known.
        Json = "json",
    }
}

impl Make {
    /// The name of the product.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opensmppbox => "Kannel's opensmppbox",
            Self::Jasmin => "Jasmin",
            Self::Ksmppd => "ksmppd",
            Self::Json => "Any other",
        }
    }

    /// What this make is to hold of accounts, archived ones included.
    pub fn view(self, accounts: &[Credentials]) -> View {
        match self {
            Self::Opensmppbox => opensmppbox::view(accounts),
            Self::Jasmin => jasmin::view(accounts),
            Self::Ksmppd => ksmppd::view(accounts),
            Self::Json => json::view(accounts),
        }
    }

    /// The make's own file of entries.
    pub fn write(self, entries: &[GatewayAccount]) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Opensmppbox => opensmppbox::write(entries),
            Self::Jasmin => jasmin::write(entries),
            Self::Ksmppd => ksmppd::write(entries),
            Self::Json => json::write(entries),
        })
    }

    /// The entries that a gateway holds, from a text in which it tells them.
    pub fn read(self, text: &str) -> Result<Vec<GatewayAccount>, Faults> {
        match self {
            Self::Opensmppbox => opensmppbox::read(text),
            Self::Jasmin => jasmin::read(text),
            Self::Ksmppd => ksmppd::read(text),
            Self::Json => json::read(text),
        }
    }

    /// Whether what is written replaces everything that the gateway holds; else what it does not name stays as it is.
    pub fn replaces_everything(self) -> bool {
        matches!(self, Self::Opensmppbox | Self::Json)
    }
}
