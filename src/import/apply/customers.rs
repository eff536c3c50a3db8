//! Applies customers with their credit limits and warnings, and decides what becomes of those that no file names.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::formats::declared::{DeclaredFile, FileContent, TomlPlace};
use crate::import::apply::hand_edits::ByHand;
use crate::import::apply::review::ReviewAction;
use crate::import::apply::run::ApplyRun;
use crate::model::{
    Balance, Change, Customer, CustomerDetails, DeclaredCustomer, EffectiveFrom, EntityKind, FieldChanges, Money,
    OverlayOwner, PlanCode, Status, Unit, WarningDetails,
};
use crate::ops;
use crate::report::overlay_now;

/// The beginning of a file.
const TOP: TomlPlace = TomlPlace { line: 1, column: 1 };

impl ApplyRun<'_, '_, '_> {
    /// Applies all customers by account code, then archives or lists those that no file names.
    pub(super) fn customers(&mut self, files: &[DeclaredFile]) -> Result<()> {
        let mut customers: Vec<(&str, &DeclaredCustomer, &[TomlPlace])> = files
            .iter()
            .filter_map(|file| match &file.content {
                FileContent::Customer(customer, places) => Some((file.name.as_str(), &**customer, places.as_slice())),
                FileContent::Lists { .. } => None,
            })
            .collect();
        customers.sort_by_cached_key(|(_, customer, _)| customer.account_code.as_str().to_ascii_lowercase());
        let mut names = BTreeMap::new();
        for (file, customer, places) in customers {
            let name = (EntityKind::Customer, customer.account_code.as_str());
            if self.refuse_second(&mut names, name, (file, TOP))? {
                continue;
            }
            if let Err(error) = self.customer(file, customer, places) {
                self.refuse(file, TOP, error)?;
            }
        }
        self.by_hand = ByHand::Unmanaged;
        if self.request.is_whole { self.unlisted_customers(&names.into_keys().collect()) } else { Ok(()) }
    }

    fn customer(&mut self, file: &str, declared: &DeclaredCustomer, places: &[TomlPlace]) -> Result<()> {
        let details = CustomerDetails { managed_by: Some(self.request.manager.clone()), ..declared.details.clone() };
        let overlay = self.plan_code(declared.overlay.as_ref())?;
        self.by_hand = ByHand::Unmanaged;
        let found = self.tx.customer_of_code(&declared.account_code)?;
        let is_new = found.is_none();
        let customer = match found {
            None => self.new_customer(declared, details, overlay.as_ref())?,
            Some(customer) => self.known_customer(customer, details, overlay.as_ref())?,
        };
        self.balances(&customer, declared, is_new)?;
        self.contacts(&customer, &declared.contacts)?;
        self.accounts(&customer, file, &declared.accounts, places)
    }

    fn new_customer(
        &mut self,
        declared: &DeclaredCustomer,
        details: CustomerDetails,
        overlay: Option<&PlanCode>,
    ) -> Result<Customer> {
        let code = declared.account_code.as_str();
        let customer = ops::customer::new(self.tx, Some(declared.account_code.clone()), details)?;
        let mut change = Change::new(EntityKind::Customer, "new", code, None).between(None, Some(&declared.details));
        if let Some(plan) = overlay {
            self.set_overlay(code, Some(plan))?;
            change = change.field("overlay", (), plan);
        }
        self.note(ReviewAction::Create, EntityKind::Customer, code, code, change.fields)?;
        Ok(customer)
    }

    fn known_customer(
        &mut self,
        mut customer: Customer,
        details: CustomerDetails,
        overlay: Option<&PlanCode>,
    ) -> Result<Customer> {
        let (code, entity) = (customer.account_code.to_string(), EntityKind::Customer);
        self.refuse_other_manager(entity, &code, customer.details.managed_by.as_ref())?;
        if customer.details.managed_by.is_some() {
            self.by_hand = ByHand::NotAsked(customer.id);
        } else {
            self.adopted.push(format!("customer {code}"));
        }
        if customer.lifecycle.status() == Status::Archived {
            customer = ops::customer::unarchive(self.tx, &code)?;
            self.note_unarchived(entity, &code)?;
        }
        let before = customer.details.clone();
        customer.details.managed_by.clone_from(&details.managed_by);
        let mut change = ops::customer::difference(&customer, &details);
        customer = ops::customer::replace(self.tx, &code, &before, details)?;
        let overlay_before = overlay_now(self.tx, OverlayOwner::Customer(customer.id))?;
        if overlay_before.as_ref() != overlay {
            self.set_overlay(&code, overlay)?;
            change = change.field("overlay", overlay_before, overlay);
        }
        if !change.is_empty() {
            self.note(ReviewAction::Change, entity, &code, &code, change.fields)?;
        }
        Ok(customer)
    }

    fn set_overlay(&mut self, code: &str, plan: Option<&PlanCode>) -> Result<()> {
        let now = EffectiveFrom::Now.time(self.tx.at());
        ops::overlay::set_of_customer(self.tx, code, plan.map(PlanCode::as_str), now).map(drop)
    }

    /// Applies the credit limit and the warning in each unit that has one.
    fn balances(&mut self, customer: &Customer, declared: &DeclaredCustomer, is_new: bool) -> Result<()> {
        let balances = self.tx.balances_of(customer)?;
        let limits: Vec<(Unit, Money)> = balances.iter().map(|balance| (balance.unit, balance.credit_limit)).collect();
        let warnings: Vec<(Unit, WarningDetails)> =
            self.tx.warnings_of(customer)?.into_iter().map(|warning| (warning.unit, warning.details)).collect();
        let in_units = limits.iter().chain(&declared.credit_limits).map(|(unit, _)| *unit);
        let in_units = in_units.chain(warnings.iter().chain(&declared.warnings).map(|(unit, _)| *unit));
        let units: BTreeMap<&str, Unit> = in_units.map(|unit| (unit.code(), unit)).collect();
        for unit in units.into_values() {
            let name = Balance::name_of(&customer.account_code, unit);
            let mut change = Change::new(EntityKind::Balance, "edit", &name, Some(customer.id));
            let (before, after) = (of_unit(&limits, unit), of_unit(&declared.credit_limits, unit));
            let (before, after) = (before.copied().unwrap_or_default(), after.copied().unwrap_or_default());
            if before != after {
                let code = customer.account_code.as_str();
                ops::balance::set_credit_limit(self.tx, code, Some(unit), after)?;
                change = change.field("credit_limit", unit.format(before), unit.format(after));
            }
            let (before, after) = (of_unit(&warnings, unit), of_unit(&declared.warnings, unit));
            if let Some(after) = after.filter(|after| before != Some(*after)) {
                let code = customer.account_code.as_str();
                ops::warning::set(self.tx, code, unit, |details| details.clone_from(after))?;
                change = change.between(before, Some(after)).amounts(unit, &["upper", "lower"]);
            }
            if !change.is_empty() {
                let action = if is_new { ReviewAction::Create } else { ReviewAction::Change };
                self.note(action, EntityKind::Balance, &name, &name, change.fields)?;
            }
            // A warning that is switched off is as good as none: it cannot be removed if it has crossings.
            if let (Some(before), None) = (before.filter(|before| before.active), after) {
                self.unlisted_warning(customer, unit, before)?;
            }
        }
        Ok(())
    }

    fn unlisted_warning(&mut self, customer: &Customer, unit: Unit, warning: &WarningDetails) -> Result<()> {
        let (entity, name) = (EntityKind::Balance, Balance::name_of(&customer.account_code, unit));
        let change = Change::new(entity, "warn", &name, None).between(Some(warning), None);
        let fields = change.amounts(unit, &["upper", "lower"]).fields;
        if self.request.prune {
            ops::warning::remove(self.tx, customer.account_code.as_str(), unit)?;
            self.note(ReviewAction::Remove, entity, &name, &name, fields)?;
        } else {
            self.note(ReviewAction::Unlisted, entity, &name, &name, fields)?;
        }
        Ok(())
    }

    /// Archives the customers of these files that no file names any more, or lists them.
    fn unlisted_customers(&mut self, names: &BTreeSet<String>) -> Result<()> {
        for code in self.tx.customers_managed_by(&self.request.manager)? {
            if names.contains(&code.as_str().to_ascii_lowercase()) {
                continue;
            }
            let entity = EntityKind::Customer;
            if self.request.prune {
                ops::customer::archive(self.tx, code.as_str())?;
                let change = Change::new(entity, "archive", &code, None).field("status", "active", "archived");
                self.note(ReviewAction::Archive, entity, code.as_str(), code.as_str(), change.fields)?;
            } else {
                self.note(ReviewAction::Unlisted, entity, code.as_str(), code.as_str(), FieldChanges::default())?;
            }
        }
        Ok(())
    }
}

fn of_unit<T>(values: &[(Unit, T)], unit: Unit) -> Option<&T> {
    values.iter().find(|(other, _)| *other == unit).map(|(_, value)| value)
}
