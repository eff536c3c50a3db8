//! Applies the SMPP accounts of a customer. A new account gets a generated password, as an import gives it one.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::formats::declared::TomlPlace;
use crate::import::apply::review::ReviewAction;
use crate::import::apply::run::ApplyRun;
use crate::model::{
    Change, Customer, DeclaredAccount, EffectiveFrom, EntityKind, FieldChanges, OverlayOwner, PlanCode, SmppAccount,
    SmppDetails, Status,
};
use crate::ops;
use crate::ops::smpp::NewAccount;
use crate::report::overlay_now;
use crate::store::{ArchiveFilter, SmppFilter};

const ENTITY: EntityKind = EntityKind::Smpp;

impl ApplyRun<'_, '_, '_> {
    /// Changes and adds accounts, and archives those that the file does not name, or lists them.
    pub(super) fn accounts(
        &mut self,
        customer: &Customer,
        file: &str,
        declared: &[DeclaredAccount],
        places: &[TomlPlace],
    ) -> Result<()> {
        for (account, place) in declared.iter().zip(places) {
            if let Err(error) = self.account(customer, account) {
                self.refuse(file, *place, error)?;
            }
        }
        let names: BTreeSet<&str> = declared.iter().map(|account| account.system_id.as_str()).collect();
        let active = SmppFilter { archive_filter: ArchiveFilter::Active, ..SmppFilter::of_customer(customer.id) };
        let mut unlisted = Vec::new();
        self.tx.smpp_accounts(&active, |account| {
            if !names.contains(account.system_id.as_str()) {
                unlisted.push(account);
            }
            Ok::<_, Error>(())
        })?;
        unlisted.iter().try_for_each(|account| self.unlisted_account(account))
    }

    fn account(&mut self, customer: &Customer, declared: &DeclaredAccount) -> Result<()> {
        let service = self.tx.service(declared.details.service.as_str())?.code;
        let manager = Some(self.request.manager.clone());
        let details = SmppDetails { service, managed_by: manager, ..declared.details.clone() };
        let overlay = self.plan_code(declared.overlay.as_ref())?;
        let found = self.tx.smpp_account_named(declared.system_id.as_str())?;
        match found.filter(|account| account.system_id == declared.system_id) {
            None => self.new_account(customer, declared, details, overlay.as_ref()),
            Some(account) => self.known_account(customer, account, details, overlay.as_ref()),
        }
    }

    fn new_account(
        &mut self,
        customer: &Customer,
        declared: &DeclaredAccount,
        details: SmppDetails,
        overlay: Option<&PlanCode>,
    ) -> Result<()> {
        let name = declared.system_id.as_str();
        let vault = self.request.vault.ok_or_else(|| Error::Internal("a new account needs the vault".to_owned()))?;
        let mut change = Change::new(ENTITY, "add", name, None).field("customer", (), &customer.account_code);
        change = change.between(None, Some(&SmppDetails { managed_by: None, ..details.clone() }));
        let new = NewAccount { system_id: Some(declared.system_id.clone()), password: None, details, cug: Vec::new() };
        ops::smpp::add(self.tx, vault, customer.account_code.as_str(), new)?;
        if let Some(plan) = overlay {
            self.set_overlay_of_account(name, Some(plan))?;
            change = change.field("overlay", (), plan);
        }
        self.note(ReviewAction::Create, ENTITY, name, name, change.fields)?;
        Ok(())
    }

    fn known_account(
        &mut self,
        customer: &Customer,
        mut account: SmppAccount,
        details: SmppDetails,
        overlay: Option<&PlanCode>,
    ) -> Result<()> {
        let name = account.system_id.to_string();
        if account.customer_id != customer.id {
            let value = customer.account_code.to_string();
            return Err(Error::Fixed { entity: ENTITY, name, field: "customer", value });
        }
        self.refuse_other_manager(ENTITY, &name, account.details.managed_by.as_ref())?;
        if account.details.managed_by.is_none() {
            self.adopted.push(format!("smpp {name}"));
        }
        if account.lifecycle.status() == Status::Archived {
            ops::smpp::unarchive(self.tx, &name)?;
            self.note_unarchived(ENTITY, &name)?;
        }
        account.details.managed_by.clone_from(&details.managed_by);
        let mut change = ops::smpp::difference(&account, &details);
        ops::smpp::edit(self.tx, &name, |before| {
            *before = details;
            Ok(())
        })?;
        let overlay_before = overlay_now(self.tx, OverlayOwner::Account(account.id))?;
        if overlay_before.as_ref() != overlay {
            self.set_overlay_of_account(&name, overlay)?;
            change = change.field("overlay", overlay_before, overlay);
        }
        if !change.is_empty() {
            self.note(ReviewAction::Change, ENTITY, &name, &name, change.fields)?;
        }
        Ok(())
    }

    fn set_overlay_of_account(&mut self, name: &str, plan: Option<&PlanCode>) -> Result<()> {
        let now = EffectiveFrom::Now.time(self.tx.at());
        ops::overlay::set_of_account(self.tx, name, plan.map(PlanCode::as_str), now).map(drop)
    }

    /// An account that was never in the files is not theirs to archive.
    fn unlisted_account(&mut self, account: &SmppAccount) -> Result<()> {
        let name = account.system_id.as_str();
        if !self.request.prune || account.details.managed_by.as_ref() != Some(&self.request.manager) {
            self.note(ReviewAction::Unlisted, ENTITY, name, name, FieldChanges::default())?;
            return Ok(());
        }
        ops::smpp::archive(self.tx, name)?;
        let change = Change::new(ENTITY, "archive", name, None).field("status", "active", "archived");
        self.note(ReviewAction::Archive, ENTITY, name, name, change.fields)?;
        Ok(())
    }
}
