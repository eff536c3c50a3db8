//! Applies plans and services. Neither is ever archived by an apply: a service cannot be, and a plan may still price old messages.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::formats::declared::{DeclaredFile, FileContent};
use crate::import::apply::review::ReviewAction;
use crate::import::apply::run::ApplyRun;
use crate::model::{Change, DeclaredPlan, DeclaredService, EffectiveFrom, EntityKind};
use crate::ops;
use crate::ops::plan::NewPlan;
use crate::ops::service::{NewService, ServiceChange, ServicePricing};

impl ApplyRun<'_, '_, '_> {
    /// Applies all plans, then all services, which name plans.
    pub(super) fn lists(&mut self, files: &[DeclaredFile]) -> Result<()> {
        let (mut plan_names, mut service_names) = (BTreeMap::new(), BTreeMap::new());
        let lists = files.iter().filter_map(|file| match &file.content {
            FileContent::Lists { plans, services } => Some((file.name.as_str(), plans, services)),
            FileContent::Customer(..) => None,
        });
        for (file, plans, _) in lists.clone() {
            for plan in plans {
                let name = (EntityKind::Plan, plan.record.code.as_str());
                if !self.refuse_second(&mut plan_names, name, (file, plan.place))?
                    && let Err(error) = self.plan(&plan.record)
                {
                    self.refuse(file, plan.place, error)?;
                }
            }
        }
        for (file, _, services) in lists {
            for service in services {
                let name = (EntityKind::Service, service.record.code.as_str());
                if !self.refuse_second(&mut service_names, name, (file, service.place))?
                    && let Err(error) = self.service(&service.record)
                {
                    self.refuse(file, service.place, error)?;
                }
            }
        }
        Ok(())
    }

    fn plan(&mut self, declared: &DeclaredPlan) -> Result<()> {
        let DeclaredPlan { code, unit, basis, details } = declared;
        let (code, entity) = (code.as_str(), EntityKind::Plan);
        let Some(plan) = self.tx.plan_named(code)? else {
            let new = NewPlan {
                code: declared.code.clone(),
                unit: *unit,
                basis: *basis,
                details: details.clone(),
                default_price: None,
            };
            ops::plan::new(self.tx, new)?;
            let change = Change::new(entity, "new", code, None).field("unit", (), unit.code());
            let change = change.field("basis", (), basis.as_str()).between(None, Some(details));
            self.note(ReviewAction::Create, entity, code, code, change.fields)?;
            return Ok(());
        };
        let name = plan.code.to_string();
        let fixed =
            |field, value: &str| Err(Error::Fixed { entity, name: name.clone(), field, value: value.to_owned() });
        if plan.unit != *unit {
            return fixed("unit", unit.code());
        }
        if plan.basis != *basis {
            return fixed("basis", basis.as_str());
        }
        if plan.archived_at.is_some() {
            ops::plan::unarchive(self.tx, &name)?;
            self.note_unarchived(entity, &name)?;
        }
        let change = Change::new(entity, "edit", &name, None).between(Some(&plan.details), Some(details));
        if !change.is_empty() {
            ops::plan::edit(self.tx, &name, |plan| *plan = details.clone())?;
            self.note(ReviewAction::Change, entity, &name, &name, change.fields)?;
        }
        Ok(())
    }

    fn service(&mut self, declared: &DeclaredService) -> Result<()> {
        let DeclaredService { code, plan, details } = declared;
        let entity = EntityKind::Service;
        let plan = ops::active::plan(self.tx, plan.as_str())?.code;
        if !self.tx.has_service_code(code)? {
            let pricing = ServicePricing::Plan(plan.to_string());
            let new = NewService { code: code.clone(), api_id: None, unit: None, details: details.clone(), pricing };
            ops::service::new(self.tx, new)?;
            let change = Change::new(entity, "new", code, None).between(None, Some(details)).field("plan", (), &plan);
            self.note(ReviewAction::Create, entity, code.as_str(), code.as_str(), change.fields)?;
            return Ok(());
        }
        let service = self.tx.service(code.as_str())?;
        let name = service.code.to_string();
        let mut change = Change::new(entity, "edit", &name, None).between(Some(&service.details), Some(details));
        if service.plan != plan {
            change = change.field("plan", &service.plan, &plan);
        }
        if change.is_empty() {
            return Ok(());
        }
        let edit = ServiceChange {
            name: Some(details.name.clone()),
            price_source: Some(details.price_source),
            price: None,
            plan: Some(plan.to_string()),
            effective_from: EffectiveFrom::Now,
        };
        ops::service::edit(self.tx, &name, edit)?;
        self.note(ReviewAction::Change, entity, &name, &name, change.fields)?;
        Ok(())
    }
}
