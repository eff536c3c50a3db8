//! The configuration: the file, the options and environment variables that take precedence, and the origin of each setting.

pub(crate) mod certificates;
pub(crate) mod import;
pub(crate) mod invoice;
pub(crate) mod mail;

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use etcetera::BaseStrategy;
use serde::Deserialize;
use ssgctl::model::{Country, CustomerDetails, Gateway, Invalid, Limit, PaymentTerms, Port, ServiceCode, Zone};
use ssgctl::ops;
use ssgctl::store::files::{FileRole, SmallFile, protect};

use crate::config::import::ImportSection;
use crate::config::invoice::{InvoiceSection, InvoiceSettings, SellerSection, TaxSection};
use crate::config::mail::{MailSection, MailSettings, OperatorSection, RolesSection, WarningsSection};
use crate::exit::{ErrorCode, Failure, Place, Result};

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
        help_heading = "Global options"
    )]
    config: Option<PathBuf>,

    /// Seconds to wait for a locked database
    #[arg(long, global = true, env = "SSGCTL_WAIT", value_name = "SECONDS", hide_env_values = true, help_heading = "Global options", value_parser = wait_seconds)]
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
            let typed = separate.or_else(joined).map(|file| PathBuf::from(OsStr::from_bytes(file)));
            typed.or_else(|| env::var_os(variable).map(PathBuf::from))
        };
        Self { db: value("--db", "SSGCTL_DB"), config: value("--config", "SSGCTL_CONFIG"), wait: None }
    }
}

/// The structure of the configuration file. Unknown keys are errors, because a misspelt setting would silently have no
/// effect.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ConfigFile {
    database: DatabaseSection,
    secrets: SecretsSection,
    defaults: DefaultsSection,
    operator: OperatorSection,
    gateway: Gateway,
    mail: MailSection,
    roles: RolesSection,
    warnings: WarningsSection,
    tax: TaxSection,
    seller: SellerSection,
    invoice: InvoiceSection,
    import: BTreeMap<String, ImportSection>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DatabaseSection {
    path: Option<PathBuf>,
    wait_seconds: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SecretsSection {
    key_file: Option<PathBuf>,
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
    timezone: Option<Zone>,
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

/// A setting in effect, and where it comes from.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) key: &'static str,
    pub(crate) value: Option<String>,
    pub(crate) origin: &'static str,
}

/// The settings in effect.
#[derive(Debug)]
pub(crate) struct Settings {
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
    list: Vec<Setting>,
}

/// The name of the key file next to the configuration.
const KEY_FILE: &str = "ssgctl.key";

const FLAG_OR_ENVIRONMENT: &str = "option or environment";
const FILE: &str = "configuration file";
const DEFAULT: &str = "default";

impl Settings {
    /// Reads the configuration file, if there is one. Options and environment variables take precedence. `must_exist` says
    /// whether a file that was named must exist.
    pub(crate) fn load(args: &FileArgs, must_exist: bool) -> Result<Self> {
        // Without HOME the library would ask the user database, but a caller that unsets HOME wants no home folder.
        let has_home = env::var_os("HOME").is_some_and(|home| Path::new(&home).is_absolute());
        let folders = etcetera::base_strategy::choose_base_strategy().ok().filter(|_| has_home);
        let default_config = folders.as_ref().map(|folders| folders.config_dir().join("ssgctl"));
        let default_database = folders.as_ref().map(|folders| folders.data_dir().join("ssgctl/ssgctl.db"));
        let config_path =
            args.config.clone().or_else(|| default_config.as_ref().map(|folder| folder.join("config.toml")));
        let file = match &config_path {
            Some(path) => read(path, must_exist && args.config.is_some())?,
            None => ConfigFile::default(),
        };
        let mut list = vec![path_setting("config", config_path.as_ref(), args.config.as_ref(), None)];
        let mut resolve = |key, option: Option<PathBuf>, in_file: Option<PathBuf>, default: Option<PathBuf>| {
            list.push(path_setting(key, default.as_ref(), option.as_ref(), in_file.as_ref()));
            option.or(in_file).or(default)
        };
        let database_was_named = args.db.is_some() || file.database.path.is_some();
        let database = resolve("database.path", args.db.clone(), file.database.path, default_database);
        let from_environment = env::var_os("SSGCTL_KEY_FILE").map(PathBuf::from);
        let next_to_config = config_path.as_ref().map(|path| path.with_file_name(KEY_FILE));
        let key_file = resolve("secrets.key_file", from_environment, file.secrets.key_file, next_to_config);
        let wait = args.wait.or(file.database.wait_seconds).unwrap_or(30);
        list.push(Setting {
            key: "database.wait_seconds",
            value: Some(wait.to_string()),
            origin: origin(args.wait.is_some(), file.database.wait_seconds.is_some()),
        });
        list.extend(list_defaults(&file.defaults));
        list.extend(list_gateway(&file.gateway));
        let folder = config_path.as_ref().and_then(|path| path.parent()).map(Path::to_owned);
        let mail = MailSettings { operator: file.operator, mail: file.mail, roles: file.roles, folder };
        list.extend(mail.listed().into_iter().map(|(key, value)| in_file(key, value)));
        let ConfigFile { defaults, gateway, warnings, tax, seller, invoice, import: imports, .. } = file;
        let company = mail.operator.company().cloned();
        let invoices = InvoiceSettings { tax, seller, invoice, company, zone: defaults.timezone.clone() };
        list.extend(invoices.listed().into_iter().map(|(key, value)| in_file(key, value)));
        let wait = Duration::from_secs(wait);
        let default_key_file = default_config.as_ref().map(|folder| folder.join(KEY_FILE));
        Ok(Self {
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
            imports,
            list,
        })
    }

    /// Every setting with its value and origin.
    pub(crate) fn list(&self) -> &[Setting] {
        &self.list
    }

    /// The file with the key that encrypts SMPP passwords.
    pub(crate) fn key_file(&self) -> Result<&Path> {
        self.key_file.as_deref().ok_or_else(|| no_home("SSGCTL_KEY_FILE"))
    }

    /// The database file.
    pub(crate) fn database(&self) -> Result<&Path> {
        self.database.as_deref().ok_or_else(|| no_home("--db"))
    }

    /// Protects the files that the program depends on from being replaced by an output.
    pub(crate) fn protect_files(&self) {
        let files = [
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

fn origin(by_option: bool, in_file: bool) -> &'static str {
    match (by_option, in_file) {
        (true, _) => FLAG_OR_ENVIRONMENT,
        (false, true) => FILE,
        (false, false) => DEFAULT,
    }
}

fn path_setting(
    key: &'static str,
    default: Option<&PathBuf>,
    option: Option<&PathBuf>,
    in_file: Option<&PathBuf>,
) -> Setting {
    let value = option.or(in_file).or(default).map(|path| path.display().to_string());
    Setting { key, value, origin: origin(option.is_some(), in_file.is_some()) }
}

/// A setting that only the configuration file can set.
fn in_file(key: &'static str, value: Option<String>) -> Setting {
    let origin = origin(false, value.is_some());
    Setting { key, value, origin }
}

fn list_defaults(defaults: &DefaultsSection) -> [Setting; 6] {
    [
        in_file("defaults.country", defaults.country.as_ref().map(ToString::to_string)),
        in_file("defaults.payment_terms_days", defaults.payment_terms_days.map(|terms| terms.to_string())),
        in_file("defaults.service", defaults.service.as_ref().map(ToString::to_string)),
        in_file("defaults.max_tps", defaults.max_tps.map(|limit| limit.to_string())),
        in_file("defaults.max_binds", defaults.max_binds.map(|limit| limit.to_string())),
        in_file("defaults.timezone", defaults.timezone.as_ref().map(ToString::to_string)),
    ]
}

fn list_gateway(gateway: &Gateway) -> [Setting; 5] {
    let hosts: Vec<&str> = gateway.hosts.iter().map(ssgctl::model::Host::as_str).collect();
    let port = |key, port: Port, default: Port| Setting {
        key,
        value: Some(port.to_string()),
        origin: origin(false, port != default),
    };
    [
        in_file("gateway.hosts", (!hosts.is_empty()).then(|| hosts.join(", "))),
        port("gateway.port", gateway.port, Port::PLAIN),
        port("gateway.tls_port", gateway.tls_port, Port::TLS),
        in_file("gateway.rest_url", gateway.rest_url.as_ref().map(ToString::to_string)),
        in_file("gateway.advice", gateway.advice.as_ref().map(ToString::to_string)),
    ]
}

fn read(path: &Path, must_exist: bool) -> Result<ConfigFile> {
    let read = match SmallFile::read(path) {
        Ok(read) => read,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => return Ok(ConfigFile::default()),
        Err(error) => {
            let message = format!("cannot read the configuration file {}: {error}", path.display());
            return Err(Failure::new(ErrorCode::Config, message));
        }
    };
    read.refuse_unsafe(false)?;
    let text = &*read.text;
    let file: ConfigFile =
        toml::from_str(text).map_err(|error| toml_failure(&error, text, &path.display().to_string()))?;
    if file.mail.contains_secret() {
        read.refuse_unsafe(true)?;
    }
    Ok(file)
}

/// A TOML error, with its position in the file.
pub(crate) fn toml_failure(error: &toml::de::Error, text: &str, file: &str) -> Failure {
    let before = &text[..error.span().map_or(0, |span| span.start.min(text.len()))];
    let line = before.matches('\n').count() as u64 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
    let place = Place { file: file.to_owned(), line, column };
    Failure::new(ErrorCode::Config, error.message().replace('\n', "; ")).at(place)
}
