//! `config set` and `config unset`: changes settings in the configuration file. A change after which the file could not be read is
//! refused.

use std::path::Path;

use ssgctl::error::quoted;
use ssgctl::store::files::{Draft, FileRole, make_private_folder};

use crate::config::edit;
use crate::config::file::{ConfigFile, small_file};
use crate::config::known::{nearest, refuse_secret, refuse_unknown};
use crate::config::plain::refusal;
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
    texts.into_iter().find(|text| check(text).is_ok()).ok_or_else(|| refused(before, changes))
}

/// The number of texts with different meanings of values to keep.
const MAX_TEXTS: usize = 27;

fn check(text: &str) -> Result<(), toml::de::Error> {
    toml::from_str::<ConfigFile>(text).map(drop)
}

/// What is wrong with the file if each value has one meaning; nothing if it is accepted.
fn reason_with(
    before: &str,
    changes: &[Change<'_>],
    meaning: impl Fn(&str) -> toml_edit::Value,
) -> Result<String, Failure> {
    let mut text = before.to_owned();
    for change in changes {
        let Change::Set(key, value) = change else { continue };
        let parts = edit::parts(key).unwrap_or_default();
        text = edit::with_value(&text, &parts, meaning(value))
            .ok_or_else(|| Failure::usage(format!("{} is not a single setting", quoted(key))))?;
    }
    Ok(check(&text).err().map(|error| refusal(&error, &text, nearest).message).unwrap_or_default())
}

/// Why no meaning of the values is accepted.
fn refused(before: &str, changes: &[Change<'_>]) -> Failure {
    if let Err(error) = check(before) {
        let reason = refusal(&error, before, nearest).message;
        return Failure::new(ErrorCode::Config, format!("the configuration file is not valid: {reason}"));
    }
    let as_text = match reason_with(before, changes, |value| value.into()) {
        Ok(reason) => reason,
        Err(failure) => return failure,
    };
    // Where a list is wanted, what is wrong with its elements says more.
    let richest = as_text.contains(": must be a list").then(|| {
        reason_with(before, changes, |value| edit::meanings(value).last().unwrap_or_else(|| value.into())).ok()
    });
    let says_more = |reason: &String| !reason.is_empty() && !reason.contains(": must be a section");
    let reason = richest.flatten().filter(says_more).unwrap_or(as_text);
    let keys: Vec<&str> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Set(key, _) => Some(*key),
            Change::Unset(_) => None,
        })
        .collect();
    let message = match keys.as_slice() {
        [] => format!("the settings that remain: {reason}"),
        keys if reason.split_once(": ").is_some_and(|(named, _)| keys.iter().any(|key| key.starts_with(named))) => {
            reason
        }
        keys => format!("{}: {reason}", keys.iter().map(quoted).collect::<Vec<_>>().join(", ")),
    };
    let hint = keys.iter().find_map(|key| {
        let is_rates = *key == "tax.standard";
        let form = if is_rates { "2011-01-04=20,2027-01-01=21" } else { "'[\"1 High Street, Leeds\", \"LS1 1AA\"]'" };
        let is_list = is_rates || message.starts_with(&format!("{key}: must be a list"));
        is_list.then(|| format!("write it as `ssgctl config set {key} {form}`"))
    });
    Failure::new(ErrorCode::BadValue, message).exit(Exit::Usage).maybe_hint(hint)
}
