//! `config set` and `config unset`: changes settings in the configuration file. A change after which the file could not be read is
//! refused.

use std::path::Path;

use ssgctl::error::quoted;
use ssgctl::store::files::{Draft, FileRole, make_private_folder};

use crate::config::edit;
use crate::config::file::{ConfigFile, small_file};
use crate::config::known::{refuse_secret, refuse_unknown};
use crate::exit::{ErrorCode, Exit, Failure, Result};

/// A change of the configuration file.
pub(crate) enum Change<'a> {
    Set(&'a str, &'a str),
    Unset(&'a str),
}

/// Changes settings in the configuration file, all or none; a missing file is created. With `dry_run`, the changes are only
/// checked.
pub(crate) fn change(path: &Path, changes: &[Change<'_>], dry_run: bool) -> Result<()> {
    let before = match small_file(path, false)? {
        Some(file) => {
            file.refuse_unsafe(false)?;
            file.text.to_string()
        }
        None => String::new(),
    };
    let text = changed(&before, changes)?;
    if dry_run || text == before {
        return Ok(());
    }
    path.parent().map_or(Ok(()), make_private_folder)?;
    Draft::replacing_own(path, FileRole::Config)?.holding(text.as_bytes())?.publish()?;
    Ok(())
}

/// The text of a configuration file after some changes. Settings that need each other, such as the name and the address of a role,
/// are set together, so only the last text must be valid as a whole.
fn changed(before: &str, changes: &[Change<'_>]) -> Result<String> {
    let mut texts = vec![before.to_owned()];
    for change in changes {
        let (key, value) = match change {
            Change::Set(key, value) => (*key, Some(*value)),
            Change::Unset(key) => (*key, None),
        };
        refuse_unknown(key)?;
        let parts = edit::parts(key).unwrap_or_default();
        let Some(value) = value else {
            let without = texts.iter().filter_map(|text| edit::without(text, &parts));
            texts = without.collect();
            if texts.is_empty() {
                let message = format!("{} is not set in the configuration file", quoted(key));
                return Err(Failure::new(ErrorCode::NotFound, message));
            }
            continue;
        };
        refuse_secret(key)?;
        // Each meaning of each value: the file as a whole decides which is right.
        let meanings: Vec<_> = edit::meanings(value).collect();
        texts = texts
            .iter()
            .flat_map(|text| meanings.iter().filter_map(|meaning| edit::with_value(text, &parts, meaning.clone())))
            .collect();
        let (valid, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|text| check(text).is_ok());
        texts = if valid.is_empty() { others } else { valid };
        texts.truncate(MAX_TEXTS);
    }
    texts.into_iter().find(|text| check(text).is_ok()).ok_or_else(|| refusal(before, changes))
}

/// The number of texts with different meanings of values to keep.
const MAX_TEXTS: usize = 27;

fn check(text: &str) -> Result<(), toml::de::Error> {
    toml::from_str::<ConfigFile>(text).map(drop)
}

/// Why no meaning of the values is accepted.
fn refusal(before: &str, changes: &[Change<'_>]) -> Failure {
    if let Err(error) = check(before) {
        let reason = error.message().replace('\n', "; ");
        return Failure::new(ErrorCode::Config, format!("the configuration file is not valid: {reason}"));
    }
    let mut text = before.to_owned();
    for change in changes {
        let Change::Set(key, value) = change else { continue };
        let parts = edit::parts(key).unwrap_or_default();
        let Some(with) = edit::with_value(&text, &parts, toml_edit::Value::from(*value)) else {
            return Failure::usage(format!("{} is not a single setting", quoted(key)));
        };
        text = with;
    }
    let reason = check(&text).err().map(|error| error.message().replace('\n', "; ")).unwrap_or_default();
    let keys: Vec<String> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Set(key, _) => Some(quoted(key)),
            Change::Unset(_) => None,
        })
        .collect();
    let what = if keys.is_empty() { "the settings that remain".to_owned() } else { keys.join(", ") };
    Failure::new(ErrorCode::BadValue, format!("{what}: {reason}")).exit(Exit::Usage)
}
