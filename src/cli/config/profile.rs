//! Profiles: several gateways on one machine. A profile is a folder in each of the folders that the program uses, so it has a
//! configuration, keys and a database of its own, and nothing of one gateway is found by the name of another.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap_complete::CompletionCandidate;
use etcetera::BaseStrategy;
use ssgctl::error::quoted;
use ssgctl::model::Invalid;

use crate::exit::{ErrorCode, Failure, Result};

/// The folder of the profiles.
const PROFILES: &str = "profiles";
/// The configuration file of a profile, and of the program.
const CONFIG: &str = "config.toml";

/// The name of a profile, which is the name of its folders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ProfileName(String);

impl ProfileName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProfileName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        let is_name = (1..=32).contains(&text.len()) && text.bytes().all(is_allowed) && !text.starts_with('-');
        let name = is_name.then(|| Self(text.to_owned()));
        name.ok_or_else(|| Invalid::rule("must be 1 to 32 characters of a-z, 0-9, `-` and `_`, such as uk"))
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The folders of the configuration and of the database; none without a home folder.
#[derive(Debug, Default)]
pub(super) struct Folders {
    config: Option<PathBuf>,
    data: Option<PathBuf>,
}

impl Folders {
    /// The folders of a profile, or of the program.
    pub(super) fn of(profile: Option<&ProfileName>) -> Self {
        // Without HOME the library would ask the user database, but a caller that unsets HOME wants no home folder.
        let has_home = std::env::var_os("HOME").is_some_and(|home| Path::new(&home).is_absolute());
        let Some(base) = etcetera::base_strategy::choose_base_strategy().ok().filter(|_| has_home) else {
            return Self::default();
        };
        let of_profile = |folder: PathBuf| match profile {
            Some(ProfileName(name)) => folder.join("ssgctl").join(PROFILES).join(name),
            None => folder.join("ssgctl"),
        };
        Self { config: Some(of_profile(base.config_dir())), data: Some(of_profile(base.data_dir())) }
    }

    /// The folder of the configuration file and the keys.
    pub(super) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    pub(super) fn config_file(&self) -> Option<PathBuf> {
        self.config.as_ref().map(|folder| folder.join(CONFIG))
    }

    pub(super) fn database(&self) -> Option<PathBuf> {
        self.data.as_ref().map(|folder| folder.join("ssgctl.db"))
    }
}

/// The profiles that have a configuration file.
fn profiles() -> Vec<ProfileName> {
    let Some(folder) = Folders::of(None).config.map(|folder| folder.join(PROFILES)) else { return Vec::new() };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| {
        entry.path().join(CONFIG).is_file().then(|| entry.file_name())?.to_str()?.parse().ok()
    };
    let mut names: Vec<ProfileName> = entries.filter_map(name).collect();
    names.sort();
    names
}

/// The profiles, for completion.
pub(super) fn candidates() -> Vec<CompletionCandidate> {
    profiles().iter().map(|profile| CompletionCandidate::new(profile.to_string())).collect()
}

/// Refuses a profile that does not exist: its name may be misspelt, and its database must not be taken for a new one.
pub(super) fn refuse_unknown(profile: &ProfileName, config: Option<&Path>) -> Result<()> {
    if config.is_none_or(Path::is_file) {
        return Ok(());
    }
    let known: Vec<String> = profiles().iter().map(ToString::to_string).collect();
    let create = format!("`ssgctl --profile {profile} config init` creates it");
    let hint = if known.is_empty() { create } else { format!("the profiles are {}; {create}", known.join(", ")) };
    Err(Failure::new(ErrorCode::Config, format!("no profile {}", quoted(profile))).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        for name in ["uk", "uk-test", "a_1"] {
            assert_eq!(name.parse::<ProfileName>().expect(name).to_string(), name);
        }
        for name in ["", ".", "..", "a/b", "UK", "-uk", "a b", &"x".repeat(33)] {
            assert!(name.parse::<ProfileName>().is_err(), "{name}");
        }
    }
}
