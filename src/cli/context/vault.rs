//! The vault of SMPP passwords, as commands open it.

use ssgctl::error::quoted;
use ssgctl::model::KeyFingerprint;
use ssgctl::store::vault::Vault;

use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::hints::KEY_HINT;

impl Context {
    /// The vault of SMPP passwords, to encrypt one. Creates its key only if the database has no passwords: a second key would
    /// leave them unreadable.
    pub(crate) fn vault(&mut self) -> Result<Vault> {
        let path = self.settings.key_file()?.to_owned();
        let Some(expected) = self.store()?.read()?.vault_key()? else { return Ok(Vault::open_or_create(&path)?) };
        let opened = Vault::open(&path).and_then(|vault| match vault.fingerprint() {
            found if found == expected => Ok(vault),
            found => Err(ssgctl::Error::OtherKey { path: path.clone(), found, expected }),
        });
        opened.map_err(|error| {
            let is_about_key = matches!(error, ssgctl::Error::Secret(_) | ssgctl::Error::OtherKey { .. });
            let failure = Failure::from(error);
            if is_about_key { failure.hint(self.key_hint(expected)) } else { failure }
        })
    }

    /// The vault of a key that replaces a lost one. Creates the key if there is none.
    pub(crate) fn vault_of_new_key(&self) -> Result<Vault> {
        Ok(Vault::open_or_create(self.settings.key_file()?)?)
    }

    /// Where the key of the database is, if it is in its usual place; else what to do about it.
    fn key_hint(&self, expected: KeyFingerprint) -> String {
        let usual = self.settings.default_key_file.as_deref();
        match usual.filter(|path| Vault::open(path).is_ok_and(|vault| vault.fingerprint() == expected)) {
            Some(path) => format!(
                "its key is in {}: set SSGCTL_KEY_FILE, or key_file in [secrets], to that file",
                quoted(path.display())
            ),
            None => KEY_HINT.to_owned(),
        }
    }

    /// The vault of SMPP passwords. Its key must exist, because it has to decrypt.
    pub(crate) fn existing_vault(&self) -> Result<Vault> {
        Ok(Vault::open(self.settings.key_file()?)?)
    }

    /// A function that opens the vault of SMPP passwords on demand: most runs that may need it do not.
    pub(crate) fn vault_opener(&self) -> impl Fn() -> ssgctl::Result<Vault> + use<> {
        let key_file = self.settings.key_file().map(ToOwned::to_owned).map_err(|failure| failure.to_string());
        move || match &key_file {
            Ok(path) => Vault::open(path),
            Err(reason) => Err(ssgctl::Error::Secret(reason.clone())),
        }
    }
}
