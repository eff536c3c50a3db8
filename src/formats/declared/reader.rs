//! Reads files of desired state strictly: every unknown key, wrong value and missing field is a fault with its place.

use std::collections::BTreeMap;
use std::str::FromStr;

use toml_edit::{Document, TableLike};

use crate::error::{Fault, Faults, InputError, quoted};
use crate::model::{
    Billing, ContactDetails, CustomerDetails, DeclaredAccount, DeclaredCustomer, DeclaredPlan, DeclaredService,
    EmailAddress, Invalid, Money, PlanBasis, PlanDetails, PostalAddress, PriceSource, Role, ServiceCode,
    ServiceDetails, SmppDetails, SystemId, Unit, WarningDetails,
};

use super::keys;
use super::record::{TomlFile, TomlTable};

/// Where a record begins in its file. Lines and columns count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TomlPlace {
    pub line: u64,
    pub column: u64,
}

/// A record with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    pub place: TomlPlace,
    pub record: T,
}

/// What a file declares.
#[derive(Debug)]
pub enum FileContent {
    /// A customer, and the places of its accounts in their order.
    Customer(Box<DeclaredCustomer>, Vec<TomlPlace>),
    Lists {
        plans: Vec<Placed<DeclaredPlan>>,
        services: Vec<Placed<DeclaredService>>,
    },
}

/// A file with its name.
#[derive(Debug)]
pub struct DeclaredFile {
    pub name: String,
    pub content: FileContent,
}

/// Reads a file. `standard` is the service of an account that names none.
pub fn read(name: &str, text: &str, standard: &ServiceCode) -> Result<DeclaredFile, Faults> {
    let document = Document::parse(text).map_err(|error| {
        let (line, column) = TomlFile::new(text).place(error.span().map_or(0, |span| span.start));
        let message = format!("not valid TOML: {}", error.message().replace('\n', "; "));
        Faults::from(Fault::of_file(line, column, InputError::BadDocument, message))
    })?;
    let table: &dyn TableLike = document.as_table();
    let mut file = TomlFile::new(text);
    let is_list = table.contains_key(keys::PLAN) || table.contains_key(keys::SERVICE);
    let content = if is_list || table.is_empty() {
        file.refuse_unknown(table, &[keys::PLAN, keys::SERVICE]);
        Some(lists(&mut file, table))
    } else {
        customer(&mut file, (table, 0), standard)
    };
    let faults = std::mem::take(&mut file.faults);
    match content {
        Some(content) if faults.is_empty() => Ok(DeclaredFile { name: name.to_owned(), content }),
        _ => Err(faults),
    }
}

fn lists(file: &mut TomlFile<'_>, table: &dyn TableLike) -> FileContent {
    let (mut plans, mut services) = (Vec::new(), Vec::new());
    for table in file.tables(table, keys::PLAN) {
        file.refuse_unknown(table.0, keys::OF_PLAN);
        let (code, name) = (file.required(table, "code"), file.required(table, "name"));
        let unit = file.required(table, "unit");
        let basis = file.text::<PlanBasis>(table.0, "basis").unwrap_or_default();
        if let (Some(code), Some(name), Some(unit)) = (code, name, unit) {
            let record = DeclaredPlan { code, unit, basis, details: PlanDetails { name } };
            plans.push(Placed { place: place(file, table), record });
        }
    }
    for table in file.tables(table, keys::SERVICE) {
        file.refuse_unknown(table.0, keys::OF_SERVICE);
        let (code, name, plan) =
            (file.required(table, "code"), file.required(table, "name"), file.required(table, "plan"));
        let price_source = file.text(table.0, "price_source").unwrap_or(PriceSource::File);
        if let (Some(code), Some(name), Some(plan)) = (code, name, plan) {
            let record = DeclaredService { code, plan, details: ServiceDetails { name, price_source } };
            services.push(Placed { place: place(file, table), record });
        }
    }
    FileContent::Lists { plans, services }
}

fn place(file: &TomlFile<'_>, table: TomlTable<'_>) -> TomlPlace {
    let (line, column) = file.place(table.1);
    TomlPlace { line, column }
}

fn customer(file: &mut TomlFile<'_>, table: TomlTable<'_>, standard: &ServiceCode) -> Option<FileContent> {
    let (keyed, _) = table;
    file.refuse_unknown(keyed, keys::CUSTOMER);
    let account_code = file.required(table, "account_code");
    let organisation = file.required(table, "organisation");
    let country = file.text(keyed, "country");
    let company_reg_no = file.text(keyed, "company_reg_no");
    let phone = file.text(keyed, "phone");
    let website = file.text(keyed, "website");
    let vat_reg_no = file.text(keyed, "vat_reg_no");
    let billing = file.text::<Billing>(keyed, "billing").unwrap_or_default();
    let payment_terms_days = file.number(keyed, "payment_terms_days");
    let invoice_emails = emails(file, keyed, "invoice_emails");
    let invoice_address = address(file, keyed);
    let overlay = file.text(keyed, "overlay");
    let limits = file.by_unit(keyed, keys::CREDIT_LIMIT).into_iter();
    let limits: Vec<(Unit, Option<Money>)> =
        limits.map(|(unit, item)| (unit, file.amount(item, keys::CREDIT_LIMIT, unit))).collect();
    let credit_limits = limits.into_iter().filter_map(|(unit, limit)| Some((unit, limit?)));
    let credit_limits = credit_limits.filter(|(_, limit)| *limit != Money::ZERO).collect();
    let warnings = warnings(file, keyed);
    let contacts = contacts(file, keyed);
    let (accounts, places) = accounts(file, keyed, standard);
    let account_code = account_code?;
    let details = CustomerDetails {
        organisation: organisation?,
        country,
        company_reg_no,
        phone,
        website,
        vat_reg_no,
        payment_terms_days,
        invoice_emails,
        invoice_address,
        billing,
        managed_by: None,
    };
    let customer = DeclaredCustomer { account_code, details, overlay, credit_limits, warnings, contacts, accounts };
    Some(FileContent::Customer(Box::new(customer), places))
}

/// Addresses, each once.
fn emails(file: &mut TomlFile<'_>, table: &dyn TableLike, key: &'static str) -> Vec<EmailAddress> {
    let mut unique = Vec::new();
    for address in file.list(table, key) {
        if !unique.contains(&address) {
            unique.push(address);
        }
    }
    unique
}

fn address(file: &mut TomlFile<'_>, table: &dyn TableLike) -> Option<PostalAddress> {
    let lines: Vec<AnyText> = file.list(table, "invoice_address");
    if lines.is_empty() {
        return None;
    }
    match PostalAddress::from_lines(lines.iter().map(|line| &line.0)) {
        Ok(address) => Some(address),
        Err(rule) => {
            if let Some(item) = table.get("invoice_address") {
                file.refuse_kind(item, "invoice_address", rule.to_string().trim_start_matches("must be "));
            }
            None
        }
    }
}

/// A text whose rule concerns the whole list.
struct AnyText(String);

impl FromStr for AnyText {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Ok(Self(text.to_owned()))
    }
}

fn warnings(file: &mut TomlFile<'_>, table: &dyn TableLike) -> Vec<(Unit, WarningDetails)> {
    let mut warnings = Vec::new();
    for (unit, item) in file.by_unit(table, keys::WARNING) {
        let Some(table) = item.as_table_like() else {
            file.refuse_kind(item, keys::WARNING, "a table for each unit, such as [warning.SMS]");
            continue;
        };
        file.refuse_unknown(table, keys::OF_WARNING);
        let details = WarningDetails {
            upper: table.get("upper").and_then(|item| file.amount(item, "upper", unit)),
            lower: table.get("lower").and_then(|item| file.amount(item, "lower", unit)),
            notify_customer: file.switch(table, "notify_customer", true),
            to: emails(file, table, "to"),
            internal: emails(file, table, "internal"),
            notify_recovery: file.switch(table, "notify_recovery", true),
            active: file.switch(table, "active", true),
            days_left: file.text(table, "days_left"),
            surge: file.text(table, "surge"),
            silent: file.text(table, "silent"),
            traffic_to_customer: file.switch(table, "traffic_to_customer", false),
        };
        warnings.push((unit, details));
    }
    warnings
}

fn contacts(file: &mut TomlFile<'_>, table: &dyn TableLike) -> Vec<ContactDetails> {
    let mut contacts = Vec::new();
    for table in file.tables(table, keys::CONTACT) {
        file.refuse_unknown(table.0, keys::OF_CONTACT);
        let (name, email) = (file.required(table, "name"), file.text(table.0, "email"));
        let mobile = file.text(table.0, "mobile");
        let roles: Vec<Role> = file.list(table.0, "roles");
        contacts.extend(name.map(|name| ContactDetails { name, email, mobile, roles: roles.into() }));
    }
    contacts
}

/// The accounts with the place of each. The same system ID twice is a fault.
fn accounts(
    file: &mut TomlFile<'_>,
    table: &dyn TableLike,
    standard: &ServiceCode,
) -> (Vec<DeclaredAccount>, Vec<TomlPlace>) {
    let (mut accounts, mut places) = (Vec::new(), Vec::new());
    let mut lines = BTreeMap::new();
    for table in file.tables(table, keys::SMPP) {
        let (keyed, offset) = table;
        file.refuse_unknown(keyed, keys::OF_ACCOUNT);
        let service = file.text(keyed, "service").unwrap_or_else(|| standard.clone());
        let mut details = SmppDetails {
            name: file.text(keyed, "name"),
            short_name: file.text(keyed, "short_name"),
            system_type: file.text(keyed, "system_type"),
            address_range: file.text(keyed, "address_range"),
            enabled: file.switch(keyed, "enabled", true),
            binding_enabled: file.switch(keyed, "binding_enabled", true),
            submit_enabled: file.switch(keyed, "submit_enabled", true),
            use_cug: file.switch(keyed, "use_cug", false),
            max_tps: file.number(keyed, "max_tps"),
            max_binds: file.number(keyed, "max_binds"),
            allowed_ips: file.list(keyed, "allowed_ips"),
            mt_webhook: file.text(keyed, "mt_webhook"),
            dlr_webhook: file.text(keyed, "dlr_webhook"),
            mo_webhook: file.text(keyed, "mo_webhook"),
            mo_numbers: file.list(keyed, "mo_numbers"),
            ..SmppDetails::of(service)
        };
        details.fold_duplicates();
        let overlay = file.text(keyed, "overlay");
        let Some(ExistingId(system_id)) = file.required(table, "system_id") else { continue };
        if let Some(line) = lines.insert(system_id.clone(), file.place(offset).0) {
            let message = format!("system_id: {} is declared on line {line} too", quoted(&system_id));
            file.refuse_with(offset, InputError::BadValue, message);
        }
        places.push(place(file, table));
        accounts.push(DeclaredAccount { system_id, details, overlay });
    }
    (accounts, places)
}

/// A system ID that may be too long for a bind request: an account that was imported keeps it.
struct ExistingId(SystemId);

impl FromStr for ExistingId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        SystemId::kept(text).map(Self)
    }
}
