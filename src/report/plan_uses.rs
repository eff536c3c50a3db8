//! Who uses a price plan: services, and the customers and SMPP accounts whose overlay it is.

use std::fmt;

use crate::error::{Result, quoted};
use crate::model::{AccountCode, OverlayOwner, ServiceCode, SystemId, Time, Timeline, second_of, time_of};
use crate::store::Snapshot;

/// One who uses a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanUser {
    Service(ServiceCode),
    Customer(AccountCode),
    Account(SystemId),
}

impl PlanUser {
    /// The kind of user, as a word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Service(_) => "service",
            Self::Customer(_) => "customer",
            Self::Account(_) => "account",
        }
    }

    /// The code or system ID.
    pub fn name(&self) -> &str {
        match self {
            Self::Service(code) => code.as_str(),
            Self::Customer(code) => code.as_str(),
            Self::Account(system_id) => system_id.as_str(),
        }
    }
}

impl fmt::Display for PlanUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if matches!(self, Self::Account(_)) { "SMPP account" } else { self.kind() };
        write!(f, "{kind} {}", quoted(self.name()))
    }
}

/// A period in which a plan is used, now or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanUse {
    pub user: PlanUser,
    /// The beginning; `None` if it always was.
    pub from: Option<Time>,
    pub until: Option<Time>,
}

/// Who uses a plan now or will use it: services first, then customers and accounts.
pub fn plan_uses(snapshot: &Snapshot<'_>, plan_id: i64) -> Result<Vec<PlanUse>> {
    let mut found = Vec::new();
    let now = second_of(Some(snapshot.at()));
    let mut add = |user: PlanUser, plans: &Timeline<Option<i64>>| {
        for from in plans.starts().filter(|from| plans.at(*from) == Some(&Some(plan_id))) {
            let until = plans.next_start(from);
            if until.is_none_or(|until| until > now) {
                let (from, until) = (time_of(from), until.and_then(time_of));
                found.push(PlanUse { user: user.clone(), from, until });
            }
        }
    };
    for service_id in snapshot.services_with_plan(plan_id)? {
        let plans = snapshot.service_plans(service_id)?;
        let plans = plans.into_iter().map(|plan| plan.map(Some)).collect();
        add(PlanUser::Service(snapshot.service_of(service_id)?.code), &Timeline::new(plans));
    }
    for owner in snapshot.owners_of_overlay(plan_id)? {
        let user = match owner {
            OverlayOwner::Customer(id) => PlanUser::Customer(snapshot.customer_of(id)?.account_code),
            OverlayOwner::Account(id) => PlanUser::Account(snapshot.smpp_account_of(id)?.system_id),
        };
        add(user, &Timeline::new(snapshot.overlays(owner)?));
    }
    Ok(found)
}
