//! The settings in effect with their origins, for `config show` and `config get`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ssgctl::model::{Gateway, Host, Port};

use crate::config::edit;
use crate::config::file::{DefaultsSection, small_file};
use crate::config::import::ImportSection;
use crate::exit::Result;

/// A setting in effect, and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) key: Cow<'static, str>,
    pub(crate) value: Option<String>,
    pub(crate) origin: Origin,
}

/// Where the value of a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An option of the command line.
    Flag(&'static str),
    /// An environment variable.
    Variable(&'static str),
    File,
    Default,
}

impl Origin {
    /// The word for it, which does not tell options from variables.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Flag(_) | Self::Variable(_) => "option or environment",
            Self::File => "configuration file",
            Self::Default => "default",
        }
    }

    /// The name of the option or variable.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Flag(name) | Self::Variable(name) => name,
            Self::File | Self::Default => self.as_str(),
        }
    }

    /// Where the first of an option or variable, the file and the default has a value.
    pub(super) fn of(option: Option<Self>, in_file: bool) -> Self {
        option.unwrap_or(if in_file { Self::File } else { Self::Default })
    }
}

/// A setting with the place that sets it.
pub(crate) struct SourcedSetting {
    pub(crate) setting: Setting,
    /// The option, the variable, or the file and the line.
    pub(crate) source: String,
}

/// The settings with the places that set them. The file is read once more, because no other command needs its lines.
pub(crate) fn with_sources(settings: &[Setting], file: Option<&Path>) -> Result<Vec<SourcedSetting>> {
    let text = file.map(|file| small_file(file, false)).transpose()?.flatten().map(|read| read.text);
    let source = |setting: &Setting| match (setting.origin, file) {
        (Origin::Flag(name) | Origin::Variable(name), _) => name.to_owned(),
        (Origin::File, Some(file)) => {
            let line = text.as_deref().and_then(|text| edit::line_of(text, &edit::parts(&setting.key)?));
            let line = line.map_or_else(String::new, |line| format!(":{line}"));
            format!("{}{line}", file.display())
        }
        (Origin::File | Origin::Default, _) => Origin::Default.as_str().to_owned(),
    };
    Ok(settings.iter().map(|setting| SourcedSetting { setting: setting.clone(), source: source(setting) }).collect())
}

/// A setting that is a path.
pub(super) fn path_setting(key: &'static str, value: Option<&PathBuf>, origin: Origin) -> Setting {
    Setting { key: key.into(), value: value.map(|path| path.display().to_string()), origin }
}

/// A setting that only the configuration file can set.
pub(super) fn in_file(key: impl Into<Cow<'static, str>>, value: Option<String>) -> Setting {
    let origin = Origin::of(None, value.is_some());
    Setting { key: key.into(), value, origin }
}

pub(super) fn list_defaults(defaults: &DefaultsSection) -> [Setting; 6] {
    [
        in_file("defaults.country", defaults.country.as_ref().map(ToString::to_string)),
        in_file("defaults.payment_terms_days", defaults.payment_terms_days.map(|terms| terms.to_string())),
        in_file("defaults.service", defaults.service.as_ref().map(ToString::to_string)),
        in_file("defaults.max_tps", defaults.max_tps.map(|limit| limit.to_string())),
        in_file("defaults.max_binds", defaults.max_binds.map(|limit| limit.to_string())),
        in_file("defaults.timezone", defaults.timezone.as_ref().map(ToString::to_string)),
    ]
}

pub(super) fn list_gateway(gateway: &Gateway) -> [Setting; 5] {
    let hosts: Vec<&str> = gateway.hosts.iter().map(Host::as_str).collect();
    let port = |key: &'static str, port: Port, default: Port| Setting {
        key: key.into(),
        value: Some(port.to_string()),
        origin: Origin::of(None, port != default),
    };
    [
        in_file("gateway.hosts", (!hosts.is_empty()).then(|| hosts.join(", "))),
        port("gateway.port", gateway.port, Port::PLAIN),
        port("gateway.tls_port", gateway.tls_port, Port::TLS),
        in_file("gateway.rest_url", gateway.rest_url.as_ref().map(ToString::to_string)),
        in_file("gateway.advice", gateway.advice.as_ref().map(ToString::to_string)),
    ]
}

/// The aliases that the file has.
pub(super) fn list_aliases(aliases: &BTreeMap<String, String>) -> Vec<Setting> {
    let setting =
        |(name, line): (&String, &String)| in_file(format!("alias.{}", edit::quoted_part(name)), Some(line.clone()));
    aliases.iter().map(setting).collect()
}

/// The saved import mappings that the file has.
pub(super) fn list_imports(imports: &BTreeMap<String, ImportSection>) -> Vec<Setting> {
    let mut list = Vec::new();
    for (name, section) in imports {
        let name = edit::quoted_part(name);
        let ignored = (!section.ignore.is_empty()).then(|| section.ignore.join(", "));
        let own = [("from", section.from.clone()), ("ignore", ignored), ("calling_code", section.calling_code.clone())];
        let own = own.into_iter().map(|(field, value)| (format!("import.{name}.{field}"), value));
        let columns = section.map.iter();
        let columns = columns
            .map(|(column, field)| (format!("import.{name}.map.{}", edit::quoted_part(column)), Some(field.clone())));
        list.extend(own.chain(columns).filter(|(_, value)| value.is_some()).map(|(key, value)| in_file(key, value)));
    }
    list
}
