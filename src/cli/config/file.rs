//! The structure of the configuration file, and reading it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use ssgctl::model::{Country, CustomerDetails, Gateway, Limit, PaymentTerms, ServiceCode, Zone};
use ssgctl::ops;
use ssgctl::store::files::SmallFile;

use crate::config::accounting::AccountingSection;
use crate::config::import::ImportSection;
use crate::config::invoice::{InvoiceSection, SellerSection, TaxSection};
use crate::config::known::nearest;
use crate::config::mail::{MailSection, OperatorSection, RolesSection, WarningsSection};
use crate::config::plain::{Elsewhere, Refusal, refusal};
use crate::exit::{ErrorCode, Failure, Place, Result};

/// The structure of the configuration file. Unknown keys are errors, because a misspelt setting would silently have no
/// effect.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ConfigFile {
    pub(super) database: DatabaseSection,
    pub(super) secrets: SecretsSection,
    pub(super) defaults: DefaultsSection,
    pub(super) operator: OperatorSection,
    pub(super) gateway: Gateway,
    pub(super) mail: MailSection,
    pub(super) roles: RolesSection,
    pub(super) warnings: WarningsSection,
    pub(super) tax: TaxSection,
    pub(super) seller: SellerSection,
    pub(super) invoice: InvoiceSection,
    pub(super) accounting: AccountingSection,
    pub(super) import: BTreeMap<String, ImportSection>,
    pub(super) alias: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DatabaseSection {
    pub(super) path: Option<PathBuf>,
    pub(super) wait_seconds: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SecretsSection {
    pub(super) key_file: Option<PathBuf>,
}

/// `[defaults]`: values of options that are not given.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DefaultsSection {
    pub(crate) country: Option<Country>,
    pub(crate) payment_terms_days: Option<PaymentTerms>,
    pub(crate) service: Option<ServiceCode>,
    pub(crate) max_tps: Option<Limit>,
    pub(crate) max_binds: Option<Limit>,
    pub(super) timezone: Option<Zone>,
}

impl DefaultsSection {
    /// Sets the default values of a new customer.
    pub(crate) fn apply(&self, details: &mut CustomerDetails) {
        details.country.clone_from(&self.country);
        details.payment_terms_days = self.payment_terms_days;
    }

    /// The service of a new SMPP account that names none.
    pub(crate) fn service(&self) -> Result<ServiceCode> {
        match &self.service {
            Some(service) => Ok(service.clone()),
            None => Ok(ops::smpp::standard_service()?),
        }
    }

    /// The time zone of days and of timestamps without one.
    pub(crate) fn zone(&self) -> Zone {
        self.timezone.clone().unwrap_or(Zone::UTC)
    }
}

/// Reads the configuration file. `must_exist` says whether a missing file is an error.
pub(super) fn read(path: &Path, must_exist: bool) -> Result<ConfigFile> {
    let Some(read) = small_file(path, must_exist)? else { return Ok(ConfigFile::default()) };
    read.refuse_unsafe(false)?;
    let text = &*read.text;
    let file: ConfigFile =
        toml::from_str(text).map_err(|error| config_failure(&error, text, &path.display().to_string()))?;
    if file.mail.contains_secret() {
        read.refuse_unsafe(true)?;
    }
    Ok(file)
}

/// The text of the configuration file; `None` if it does not exist and need not.
pub(super) fn small_file(path: &Path, must_exist: bool) -> Result<Option<SmallFile>> {
    match SmallFile::read(path) {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(error) => {
            let message = format!("cannot read the configuration file {}: {error}", path.display());
            Err(Failure::new(ErrorCode::Config, message))
        }
    }
}

/// A TOML error of a text that has no sections, with its position.
pub(crate) fn toml_failure(error: &toml::de::Error, text: &str, file: &str) -> Failure {
    failure_of(error, text, file, |_| None)
}

/// An error of the configuration file, with its position.
pub(super) fn config_failure(error: &toml::de::Error, text: &str, file: &str) -> Failure {
    failure_of(error, text, file, nearest)
}

fn failure_of(error: &toml::de::Error, text: &str, file: &str, elsewhere: Elsewhere) -> Failure {
    let Refusal { message, hint } = refusal(error, text, elsewhere);
    Failure::new(ErrorCode::Config, message).at(place_of(error, text, file)).maybe_hint(hint)
}

/// The position of a TOML error in its file.
pub(super) fn place_of(error: &toml::de::Error, text: &str, file: &str) -> Place {
    let before = &text[..error.span().map_or(0, |span| span.start.min(text.len()))];
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
    Place { file: file.to_owned(), line, column }
}
