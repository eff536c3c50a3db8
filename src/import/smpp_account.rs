//! Imports files of SMPP accounts.

use std::str::FromStr;

use crate::error::{Error, Fault, InputError, Result, quoted};
use crate::formats::InputRow;
use crate::import::Owners;
use crate::import::{Importer, OnExisting, RowResult, Verdict};
use crate::model::{
    Customer, EntityKind, FieldChanges, Grace, Invalid, IpRange, MoNumberList, MsisdnList, MsisdnSet, Password,
    ShortName, SmppAccount, SmppDetails, Status, SystemId,
};
use crate::ops;
use crate::ops::smpp::NewAccount;
use crate::store::Tx;
use crate::store::vault::Vault;

/// The columns of a file of SMPP accounts; exports have the same ones. A file may also have `password`.
pub const FIELDS: &[&str] = &[
    "system_id",
    "customer",
    "name",
    "short_name",
    "system_type",
    "address_range",
    "service",
    "enabled",
    "binding_enabled",
    "submit_enabled",
    "use_cug",
    "max_tps",
    "max_binds",
    "allowed_ips",
    "cug",
    "mt_webhook",
    "dlr_webhook",
    "mo_webhook",
    "mo_numbers",
    "status",
];

/// Imports files of SMPP accounts. An account is identified by its system ID, or by its short name if the row has none.
pub struct Accounts<'a> {
    pub vault: &'a Vault,
    /// The defaults of a new account, for fields without a column in the file.
    pub defaults: SmppDetails,
    pub owners: Owners,
    /// Imported system IDs that are too long for a bind request.
    pub too_long: Vec<SystemId>,
    /// Accounts whose imported password is too long for a bind request.
    pub long_passwords: Vec<SystemId>,
}

impl Importer for Accounts<'_> {
    const SECRET: Option<&'static str> = Some("password");

    const FIELDS: &'static [&'static [&'static str]] = &[FIELDS, &["password"]];
    const REFUSES_MISSPELT: bool = true;

    fn is_informational(column: &str) -> bool {
        matches!(column, "cug_size" | "previous_password_until" | "created_at" | "updated_at" | "archived_at")
    }

    fn missing(&self, columns: &[String]) -> Vec<&'static str> {
        let has = |wanted: &&str| columns.iter().any(|column| column == wanted);
        ["customer"].into_iter().filter(|wanted| !has(wanted)).collect()
    }

    fn row(&mut self, tx: &mut Tx<'_>, row: &InputRow, on_existing: OnExisting) -> Result<RowResult, Fault> {
        let system_id = row.optional::<ExistingId>("system_id")?.map(|id| id.0);
        let short_name: Option<ShortName> = row.optional("short_name")?;
        let password = password(row)?;
        let name = system_id.as_ref().map(SystemId::as_str).or(short_name.as_ref().map(ShortName::as_str));
        let found = name.map(|name| tx.smpp_account_named(name)).transpose();
        match found.map_err(|error| row.fault("system_id", error))?.flatten() {
            Some(account) => self.change(tx, row, on_existing, account, password),
            None => self.create(tx, row, system_id, password),
        }
    }
}

impl Accounts<'_> {
    fn create(
        &mut self,
        tx: &mut Tx<'_>,
        row: &InputRow,
        system_id: Option<SystemId>,
        password: Option<Password>,
    ) -> Result<RowResult, Fault> {
        let customer = self.owners.find(tx, row)?;
        let mut details = self.defaults.clone();
        read_details(row, &mut details, true)?;
        let cug = row.optional::<MsisdnList>("cug")?.unwrap_or_default().0;
        // Enable a closed user group that the row has numbers for, unless the row explicitly disables it.
        details.use_cug |= !cug.is_empty() && row.optional::<Switch>("use_cug")?.is_none();
        let at = |error| row.fault(if system_id.is_some() { "system_id" } else { "customer" }, error);
        let is_archived = row.optional::<Status>("status")? == Some(Status::Archived);
        let has_long_password = is_too_long(password.as_ref());
        let new = NewAccount { system_id: system_id.clone(), password, details, cug };
        let account = ops::smpp::add(tx, self.vault, customer.account_code.as_str(), new).map_err(at)?.account;
        let name = account.system_id.to_string();
        if is_archived {
            ops::smpp::archive(tx, &name).map_err(at)?;
        }
        if has_long_password {
            self.long_passwords.push(account.system_id.clone());
        }
        if !account.system_id.fits_a_bind() {
            self.too_long.push(account.system_id);
        }
        Ok(RowResult { verdict: Verdict::New, name, changes: FieldChanges::default() })
    }

    /// Updates an existing account with the fields of a row.
    fn change(
        &mut self,
        tx: &mut Tx<'_>,
        row: &InputRow,
        on_existing: OnExisting,
        account: SmppAccount,
        password: Option<Password>,
    ) -> Result<RowResult, Fault> {
        let name = account.system_id.to_string();
        let owner = self.owners.find(tx, row)?;
        reject_other_owner(row, &account, &owner)?;
        let mut details = account.details.clone();
        read_details(row, &mut details, on_existing.empty_unsets)?;
        let at = |error| row.fault("system_id", error);
        let cug = other_cug(tx, row, on_existing, &account)?;
        let mut other_password = None;
        if let Some(password) = password
            && !ops::smpp::has_password(tx, self.vault, &account, &password).map_err(at)?
        {
            other_password = Some(password);
        }
        let status = account.lifecycle.status();
        let new_status = row.optional("status")?.unwrap_or(status);
        let mut change = ops::smpp::difference(&account, &details);
        if let Some(cug) = &cug {
            change = change.field("cug_size", account.cug_size, cug.len());
        }
        if other_password.is_some() {
            change = change.field("password", (), "another");
        }
        if status != new_status {
            change = change.field("status", status.as_str(), new_status.as_str());
        }
        if change.is_empty() {
            return Ok(RowResult::unchanged(name));
        }
        if !on_existing.update {
            let differs = change.fields.names();
            return Err(at(Error::Differs { entity: EntityKind::Smpp, name, differs }));
        }
        if is_too_long(other_password.as_ref()) {
            self.long_passwords.push(account.system_id);
        }
        let update = AccountUpdate { details, cug, password: other_password, status, new_status };
        update.save(tx, self.vault, &name).map_err(at)?;
        Ok(RowResult { verdict: Verdict::Changed, name, changes: change.fields })
    }
}

/// The changes to an existing account.
struct AccountUpdate {
    details: SmppDetails,
    /// The new closed user group, if it differs.
    cug: Option<MsisdnSet>,
    /// The new password, if it differs.
    password: Option<Password>,
    status: Status,
    new_status: Status,
}

impl AccountUpdate {
    /// Saves the changes. Archived accounts cannot be edited, so an account is unarchived before its other changes and archived
    /// after them.
    fn save(self, tx: &mut Tx<'_>, vault: &Vault, name: &str) -> Result<()> {
        if self.status == Status::Archived && self.new_status == Status::Active {
            ops::smpp::unarchive(tx, name)?;
        }
        ops::smpp::edit(tx, name, |before| {
            *before = self.details;
            Ok(())
        })?;
        if let Some(cug) = &self.cug {
            ops::smpp::replace_cug(tx, name, cug)?;
        }
        if self.password.is_some() {
            ops::smpp::rotate(tx, vault, name, self.password, Grace::default())?;
        }
        if self.status == Status::Active && self.new_status == Status::Archived {
            ops::smpp::archive(tx, name)?;
        }
        Ok(())
    }
}

/// Rejects a row with another customer, because an account never changes its customer.
fn reject_other_owner(row: &InputRow, account: &SmppAccount, customer: &Customer) -> Result<(), Fault> {
    if customer.id == account.customer_id {
        return Ok(());
    }
    let name = account.system_id.to_string();
    let value = customer.account_code.to_string();
    Err(row.fault("customer", Error::Fixed { entity: EntityKind::Smpp, name, field: "customer", value }))
}

/// The closed user group of a row, if it differs from the account's.
fn other_cug(
    tx: &Tx<'_>,
    row: &InputRow,
    on_existing: OnExisting,
    account: &SmppAccount,
) -> Result<Option<MsisdnSet>, Fault> {
    let wanted = match row.optional::<MsisdnList>("cug")? {
        Some(list) => list.0.into_iter().collect::<MsisdnSet>(),
        None if on_existing.empty_unsets && row.has("cug") => MsisdnSet::default(),
        None => return Ok(None),
    };
    let stored = tx.cug_set(account).map_err(|error| row.fault("cug", error))?;
    let is_same = stored.len() == wanted.len() && stored.without(&wanted).is_empty();
    Ok(Some(wanted).filter(|_| !is_same))
}

/// The password of a row. The error message does not repeat an invalid one, because it may be a real secret.
fn password(row: &InputRow) -> Result<Option<Password>, Fault> {
    let password = row.optional::<ExistingPassword>("password").map_err(|_| {
        let rule = "password: must be 1 to 64 printable ASCII characters without spaces";
        row.fault("password", Error::Input { code: InputError::BadValue, message: rule.to_owned() })
    })?;
    Ok(password.map(|password| password.0))
}

fn is_too_long(password: Option<&Password>) -> bool {
    password.is_some_and(|password| !password.fits_a_bind())
}

fn read_details(row: &InputRow, details: &mut SmppDetails, empty_unsets: bool) -> Result<(), Fault> {
    row.set("name", &mut details.name, empty_unsets)?;
    row.set("short_name", &mut details.short_name, empty_unsets)?;
    row.set("system_type", &mut details.system_type, empty_unsets)?;
    row.set("address_range", &mut details.address_range, empty_unsets)?;
    row.set_needed("service", &mut details.service)?;
    let switches = [
        ("enabled", &mut details.enabled),
        ("binding_enabled", &mut details.binding_enabled),
        ("submit_enabled", &mut details.submit_enabled),
        ("use_cug", &mut details.use_cug),
    ];
    for (name, switch) in switches {
        *switch = row.optional::<Switch>(name)?.map_or(*switch, |switch| switch.0);
    }
    row.set("max_tps", &mut details.max_tps, empty_unsets)?;
    row.set("max_binds", &mut details.max_binds, empty_unsets)?;
    row.set("mt_webhook", &mut details.mt_webhook, empty_unsets)?;
    row.set("dlr_webhook", &mut details.dlr_webhook, empty_unsets)?;
    row.set("mo_webhook", &mut details.mo_webhook, empty_unsets)?;
    match row.optional::<IpRanges>("allowed_ips")? {
        Some(ranges) => details.allowed_ips = ranges.0,
        None if empty_unsets && row.has("allowed_ips") => details.allowed_ips.clear(),
        None => {}
    }
    match row.optional::<MoNumberList>("mo_numbers")? {
        Some(numbers) => details.mo_numbers = numbers.0,
        None if empty_unsets && row.has("mo_numbers") => details.mo_numbers.clear(),
        None => {}
    }
    Ok(())
}

/// A system ID that another system has already assigned; it may be too long for a bind request.
struct ExistingId(SystemId);

impl FromStr for ExistingId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        SystemId::kept(text).map(Self)
    }
}

/// A password that another system has already assigned; it may be too long for a bind request.
struct ExistingPassword(Password);

impl FromStr for ExistingPassword {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Password::kept(text).map(Self)
    }
}

/// Yes or no.
struct Switch(bool);

impl FromStr for Switch {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.to_lowercase().as_str() {
            "true" | "yes" | "y" | "on" | "1" => Ok(Self(true)),
            "false" | "no" | "n" | "off" | "0" => Ok(Self(false)),
            _ => Err(Invalid::rule("must be yes or no")),
        }
    }
}

/// IP ranges separated by commas, semicolons or line breaks.
struct IpRanges(Vec<IpRange>);

impl FromStr for IpRanges {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parts = text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let parse = |part: &str| part.parse().map_err(|rule| Invalid::rule(format!("{} {rule}", quoted(part))));
        parts.map(parse).collect::<Result<_, _>>().map(Self)
    }
}
