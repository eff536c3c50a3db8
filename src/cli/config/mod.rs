//! The configuration: the file, the options and environment variables that take precedence, and the origin of each setting.

pub(crate) mod accounting;
pub(crate) mod certificates;
pub(crate) mod change;
pub(crate) mod check;
mod edit;
mod file;
pub(crate) mod import;
pub(crate) mod invoice;
mod invoice_look;
pub(crate) mod invoice_xml;
pub(crate) mod known;
mod listing;
pub(crate) mod mail;
mod plain;
pub(crate) mod profile;

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{EmailTemplate, Gateway, Invalid};
use ssgctl::ops::invoice::{ComposeNotice, InvoiceMailing, Invoicing};
use ssgctl::store::files::{FileRole, protect};

use crate::config::file::ConfigFile;
use crate::config::import::ImportSection;
use crate::config::invoice::InvoiceSettings;
use crate::config::listing::{in_file, list_aliases, list_defaults, list_gateway, list_imports, path_setting};
use crate::config::mail::{MailSettings, WarningsSection};
use crate::config::profile::{Folders, ProfileName};
use crate::exit::{ErrorCode, Failure, Result};

pub(crate) use file::{DefaultsSection, toml_failure};
pub(crate) use listing::{Origin, Setting, SourcedSetting, with_sources};

/// The commented configuration file that `config init` writes.
pub(crate) const TEMPLATE: &str = include_str!("template.toml");

/// The options that select the database and the configuration file.
#[derive(Debug, Clone, Args)]
pub(crate) struct FileArgs {
    /// Database file
    #[arg(
        long,
        global = true,
        env = "SSGCTL_DB",
        value_name = "FILE",
        hide_env_values = true,
        hide_short_help = true,
        help_heading = "Global options"
    )]
    db: Option<PathBuf>,

    /// Configuration file
    #[arg(
        long,
        global = true,
        env = "SSGCTL_CONFIG",
        value_name = "FILE",
        hide_env_values = true,
        hide_short_help = true,
        help_heading = "Global options"
    )]
    config: Option<PathBuf>,

    /// Profile of one of several gateways: a configuration, keys and a database of its own
    #[arg(
        long,
        global = true,
        env = "SSGCTL_PROFILE",
        value_name = "NAME",
        hide_env_values = true,
        hide_short_help = true,
        help_heading = "Global options",
        add = ArgValueCandidates::new(profile::candidates)
    )]
    profile: Option<ProfileName>,

    /// Seconds to wait for a locked database
    #[arg(long, global = true, env = "SSGCTL_WAIT", value_name = "SECONDS", hide_env_values = true, hide_short_help = true, help_heading = "Global options", value_parser = wait_seconds)]
    wait: Option<u64>,
}

fn wait_seconds(text: &str) -> Result<u64, Invalid> {
    let seconds = text.parse().ok().filter(|seconds| (0..=3600).contains(seconds));
    seconds.ok_or_else(|| Invalid::rule("must be 0 to 3600 seconds"))
}

impl FileArgs {
    /// The options of a command line that is being completed. Clap cannot parse it yet, because it is incomplete.
    pub(crate) fn from_completion(words: impl Iterator<Item = OsString>) -> Self {
        let words: Vec<OsString> = words.collect();
        let value = |flag: &str, variable: &str| {
            let separate = words.windows(2).find(|pair| pair[0] == flag).map(|pair| pair[1].as_bytes());
            let prefix = format!("{flag}=");
            let joined = || words.iter().find_map(|word| word.as_bytes().strip_prefix(prefix.as_bytes()));
            let typed = separate.or_else(joined).map(|value| OsStr::from_bytes(value).to_owned());
            typed.or_else(|| env::var_os(variable))
        };
        let path = |flag, variable| value(flag, variable).map(PathBuf::from);
        let profile = value("--profile", "SSGCTL_PROFILE");
        Self {
            db: path("--db", "SSGCTL_DB"),
            config: path("--config", "SSGCTL_CONFIG"),
            profile: profile.and_then(|name| name.to_str()?.parse().ok()),
            wait: None,
        }
    }
}

impl FileArgs {
    /// The profile, if one is named.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.profile.as_ref().map(ProfileName::as_str)
    }

    /// Where the name of the profile comes from.
    fn profile_origin(&self) -> Option<Origin> {
        given(self.profile.is_some(), "--profile", "SSGCTL_PROFILE")
    }

    /// Refuses a profile together with another database or configuration: which of them was meant, only a person knows.
    fn refuse_two_databases(&self) -> Result<()> {
        let other = given(self.db.is_some(), "--db", "SSGCTL_DB")
            .map(|origin| (origin, "a database"))
            .or_else(|| Some((given(self.config.is_some(), "--config", "SSGCTL_CONFIG")?, "a configuration")));
        let (Some(profile), Some((other, what))) = (self.profile_origin(), other) else { return Ok(()) };
        let (profile, other) = (profile.name(), other.name());
        Err(Failure::usage(format!("{other} names {what}, and {profile} another"))
            .field("profile")
            .hint(format!("unset or drop one of {other} and {profile}; `ssgctl --profile NAME config path` prints the file of a profile")))
    }

    /// The settings that say which configuration file is read.
    fn listed(&self, config_path: Option<&PathBuf>) -> Vec<Setting> {
        let config_origin = Origin::of(given(self.config.is_some(), "--config", "SSGCTL_CONFIG"), false);
        let profile = self.profile.as_ref().map(ToString::to_string);
        let profile =
            Setting { key: "profile".into(), value: profile, origin: Origin::of(self.profile_origin(), false) };
        vec![path_setting("config", config_path, config_origin), profile]
    }

    /// How long to wait for a locked database, and the setting.
    fn wait(&self, in_file: Option<u64>) -> (Duration, Setting) {
        let seconds = self.wait.or(in_file).unwrap_or(30);
        let given = given(self.wait.is_some(), "--wait", "SSGCTL_WAIT");
        let origin = Origin::of(given, in_file.is_some());
        let setting = Setting { key: "database.wait_seconds".into(), value: Some(seconds.to_string()), origin };
        (Duration::from_secs(seconds), setting)
    }

    /// The configuration file that they name, and the folders of the profile.
    fn config_file(&self) -> (Option<PathBuf>, Folders) {
        let folders = Folders::of(self.profile.as_ref());
        (self.config.clone().or_else(|| folders.config_file()), folders)
    }
}

/// The aliases of the configuration file: names for command lines.
pub(crate) fn aliases(args: &FileArgs) -> Result<BTreeMap<String, String>> {
    let Some(path) = args.config_file().0 else { return Ok(BTreeMap::new()) };
    Ok(file::read(&path, false)?.alias)
}

/// What a command needs of the configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileUse {
    /// A file or profile that is named must exist.
    Required,
    /// It need not exist yet.
    Optional,
    /// It is not read, because the command is to find or check a file that may be broken.
    Ignored,
}

/// Whether a value was given by an option or by its variable; `None` if by neither.
fn given(is_set: bool, option: &'static str, variable: &'static str) -> Option<Origin> {
    let is_option = |word: &OsString| {
        let rest = word.as_bytes().strip_prefix(option.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"="))
    };
    let is_typed = || env::args_os().take_while(|word| word != "--").any(|word| is_option(&word));
    is_set.then(|| if is_typed() { Origin::Flag(option) } else { Origin::Variable(variable) })
}

/// The settings in effect.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) profile: Option<ProfileName>,
    pub(crate) config_path: Option<PathBuf>,
    /// The path of the database; none if it is not set and there is no home folder.
    pub(crate) database: Option<PathBuf>,
    /// Whether the database was named, rather than found at its default path.
    pub(crate) database_was_named: bool,
    pub(crate) wait: Duration,
    key_file: Option<PathBuf>,
    /// Where the key is when nothing names another file.
    pub(crate) default_key_file: Option<PathBuf>,
    pub(crate) defaults: DefaultsSection,
    /// The connection details that customers receive.
    pub(crate) gateway: Gateway,
    pub(crate) mail: MailSettings,
    /// The warnings of every new customer.
    pub(crate) warnings: WarningsSection,
    pub(crate) invoices: InvoiceSettings,
    /// Saved import mappings, by name.
    pub(crate) imports: BTreeMap<String, ImportSection>,
    /// Command lines, by the name that stands for them.
    pub(crate) aliases: BTreeMap<String, String>,
    /// The settings that options or variables can set, too.
    overridable: Vec<Setting>,
}

/// The name of the key file next to the configuration.
const KEY_FILE: &str = "ssgctl.key";
const SIGNING_KEY_FILE: &str = "signing.key";

impl Settings {
    /// Reads the configuration file, if there is one. Options and environment variables take precedence.
    pub(crate) fn load(args: &FileArgs, file_use: FileUse) -> Result<Self> {
        args.refuse_two_databases()?;
        let (config_path, folders) = args.config_file();
        if let (Some(profile), FileUse::Required) = (&args.profile, file_use) {
            profile::refuse_unknown(profile, config_path.as_deref())?;
        }
        let file = match &config_path {
            Some(path) if file_use != FileUse::Ignored => {
                file::read(path, file_use == FileUse::Required && args.config.is_some())?
            }
            _ => ConfigFile::default(),
        };
        let (wait, wait_setting) = args.wait(file.database.wait_seconds);
        let mut list = args.listed(config_path.as_ref());
        let mut resolve = |key, option: Option<PathBuf>, given, in_file: Option<PathBuf>, default| {
            let origin = Origin::of(given, in_file.is_some());
            let value = option.or(in_file).or(default);
            list.push(path_setting(key, value.as_ref(), origin));
            value
        };
        let database_was_named = args.db.is_some() || file.database.path.is_some();
        let db_given = given(args.db.is_some(), "--db", "SSGCTL_DB");
        let database = resolve("database.path", args.db.clone(), db_given, file.database.path, folders.database());
        let from_environment = env::var_os("SSGCTL_KEY_FILE").map(PathBuf::from);
        let key_given = from_environment.is_some().then_some(Origin::Variable("SSGCTL_KEY_FILE"));
        let next_to_config = config_path.as_ref().map(|path| path.with_file_name(KEY_FILE));
        let key_file = resolve("secrets.key_file", from_environment, key_given, file.secrets.key_file, next_to_config);
        list.push(wait_setting);
        let folder = config_path.as_ref().and_then(|path| path.parent()).map(Path::to_owned);
        let mail = MailSettings { operator: file.operator, mail: file.mail, roles: file.roles, folder: folder.clone() };
        let ConfigFile { defaults, gateway, warnings, tax, seller, invoice, accounting, import, alias, .. } = file;
        let (company, zone) = (mail.operator.company().cloned(), defaults.timezone.clone());
        let invoices =
            InvoiceSettings { tax, seller, invoice, accounting, company, zone, folder, ..InvoiceSettings::default() };
        let default_key_file = folders.config().map(|folder| folder.join(KEY_FILE));
        Ok(Self {
            profile: args.profile.clone(),
            config_path,
            database,
            database_was_named,
            wait,
            key_file,
            default_key_file,
            defaults,
            gateway,
            mail,
            warnings,
            invoices,
            imports: import,
            aliases: alias,
            overridable: list,
        })
    }

    /// The profile, if one is named.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.profile.as_ref().map(ProfileName::as_str)
    }

    /// How invoices are emailed.
    pub(crate) fn invoice_mailing(&self) -> Result<InvoiceMailing> {
        let renderer = self.mail.renderer()?;
        renderer.can_sign(EmailTemplate::Invoice)?;
        let compose: ComposeNotice = Arc::new(move |notice| renderer.compose_invoice(notice));
        Ok(InvoiceMailing { compose, make_xml: self.invoices.make_xml() })
    }

    /// What invoices are made by. If email is set up, the invoice of a pro-forma that is paid is emailed.
    pub(crate) fn invoicing_with_email(&self) -> Result<Invoicing> {
        let mailing = if self.mail.has_transport() { self.invoice_mailing().ok() } else { None };
        Ok(Invoicing { mailing, ..self.invoices.invoicing()? })
    }

    /// Every setting with its value and origin.
    pub(crate) fn list(&self) -> Vec<Setting> {
        let mut list = self.overridable.clone();
        list.extend(list_defaults(&self.defaults));
        list.extend(list_gateway(&self.gateway));
        list.extend(self.mail.listed().into_iter().map(|(key, value)| in_file(key, value)));
        list.extend(self.mail.listed_roles().into_iter().map(|(key, value)| in_file(key, value)));
        list.extend(self.warnings.listed().into_iter().map(|(key, value)| in_file(key, value)));
        list.extend(self.invoices.listed().into_iter().map(|(key, value)| in_file(key, value)));
        list.extend(list_imports(&self.imports));
        list.extend(list_aliases(&self.aliases));
        list
    }

    /// The option or variable that takes precedence over a setting of the file, if there is one.
    pub(crate) fn hidden_by(&self, key: &str) -> Option<&'static str> {
        match self.overridable.iter().find(|setting| setting.key == key)?.origin {
            Origin::Flag(name) | Origin::Variable(name) => Some(name),
            Origin::File | Origin::Default => None,
        }
    }

    /// The file with the key that encrypts SMPP passwords.
    pub(crate) fn key_file(&self) -> Result<&Path> {
        self.key_file.as_deref().ok_or_else(|| no_home("SSGCTL_KEY_FILE"))
    }

    /// The file with the key that signs proofs, next to the other key.
    pub(crate) fn signing_key_file(&self) -> Result<PathBuf> {
        Ok(self.key_file()?.with_file_name(SIGNING_KEY_FILE))
    }

    /// The database file.
    pub(crate) fn database(&self) -> Result<&Path> {
        self.database.as_deref().ok_or_else(|| no_home("--db"))
    }

    /// Protects the files that the program depends on from being replaced by an output.
    pub(crate) fn protect_files(&self) {
        let signing_key = self.signing_key_file().ok();
        let files = [
            (signing_key.as_deref(), FileRole::Key),
            (self.database.as_deref(), FileRole::Database),
            (self.config_path.as_deref(), FileRole::Config),
            (self.key_file.as_deref(), FileRole::Key),
            (self.mail.mail.password_file(), FileRole::Password),
        ];
        for (path, role) in files {
            if let Some(path) = path {
                protect(path, role);
            }
        }
    }

    /// The configuration file, whether it exists or not.
    pub(crate) fn config_path(&self) -> Result<&Path> {
        self.config_path.as_deref().ok_or_else(|| no_home("--config"))
    }
}

fn no_home(alternative: &str) -> Failure {
    Failure::new(ErrorCode::NoHome, "the home folder is unknown").hint(format!("set HOME or {alternative}"))
}
